// All that differs between deployments. Neither of them is a secret.
export const ISSUER = "http://localhost:5000";
export const CLIENT_ID = "demo-spa";
