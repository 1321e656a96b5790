// Who is signed in.
import { auth } from "@/auth";
export const GET = async () => Response.json(await auth());
