// Sign in with OpenID Connect: Spring Boot and Spring Security 6, code flow with PKCE.
//
// Needs spring-boot-starter-oauth2-client and spring-boot-starter-web; save it as SignIn.java
// beside your application class, with its package line on top.
// The environment holds CLIENT_SECRET.
// Register the redirect URI https://YOUR-HOST/login/oauth2/code/idp

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.registration.ClientRegistrations;
import org.springframework.security.oauth2.client.registration.InMemoryClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.DefaultOAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationRequestCustomizers;
import org.springframework.security.web.SecurityFilterChain;

@Configuration
class SignIn {

  @Bean
  ClientRegistrationRepository clients() {
    return new InMemoryClientRegistrationRepository(
        ClientRegistrations.fromIssuerLocation("https://idp.example.com")
            .registrationId("idp")
            .clientId("your-client-id")
            .clientSecret(System.getenv("CLIENT_SECRET"))
            .scope("openid", "profile", "email")
            .redirectUri("{baseUrl}/login/oauth2/code/{registrationId}")
            .build());
  }

  @Bean
  SecurityFilterChain pages(HttpSecurity http, ClientRegistrationRepository clients)
      throws Exception {
    // Spring sends PKCE for confidential clients only when it is told to.
    var requests =
        new DefaultOAuth2AuthorizationRequestResolver(clients, "/oauth2/authorization");
    requests.setAuthorizationRequestCustomizer(OAuth2AuthorizationRequestCustomizers.withPkce());
    return http
        .authorizeHttpRequests(all -> all.anyRequest().authenticated())
        .oauth2Login(
            login -> login.authorizationEndpoint(to -> to.authorizationRequestResolver(requests)))
        .build();
  }
}
