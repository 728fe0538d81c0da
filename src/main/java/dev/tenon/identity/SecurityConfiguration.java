package dev.tenon.identity;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpStatus;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.authentication.InsufficientAuthenticationException;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.AccessDeniedHandlerImpl;
import org.springframework.security.web.authentication.HttpStatusEntryPoint;
import org.springframework.security.web.authentication.LoginUrlAuthenticationEntryPoint;
import org.springframework.security.web.authentication.UsernamePasswordAuthenticationFilter;
import org.springframework.security.web.csrf.CookieCsrfTokenRepository;
import org.springframework.security.web.firewall.HttpFirewall;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;
import org.springframework.security.web.util.matcher.AnyRequestMatcher;

/**
 * Who may reach what. Programs ({@code /v1}, {@code /api}, text generation, and what reads measurements) bring a key in
 * the {@code Authorization} header; people sign in at {@code /login} and bring a cookie, and then every change needs the
 * CSRF token in {@code X-CSRF-TOKEN}.
 */
@Configuration(proxyBeanMethods = false)
class SecurityConfiguration {
    private static final LoginUrlAuthenticationEntryPoint SIGN_IN = new LoginUrlAuthenticationEntryPoint("/login");

    @Bean
    @Order(1)
    SecurityFilterChain programs(HttpSecurity http, ApiKeys keys, SessionCookies cookies) {
        return common(http, cookies)
                .securityMatcher(
                        "/v1/**",
                        "/api/**",
                        TextGenerationPaths.GENERATE,
                        TextGenerationPaths.STREAM,
                        "/actuator/metrics/**",
                        "/actuator/prometheus")
                .authorizeHttpRequests(paths -> paths.dispatcherTypeMatchers(
                                DispatcherType.ASYNC, DispatcherType.ERROR, DispatcherType.FORWARD)
                        .permitAll()
                        .requestMatchers("/api/openapi.yaml")
                        .permitAll()
                        .requestMatchers("/api/v1/admin/**", "/actuator/**")
                        .hasRole(Tenant.Access.ADMIN.name())
                        .anyRequest()
                        .authenticated())
                // Only our own pages can send the cookie with a token; a key in a header is never sent by a browser.
                .csrf(csrf -> csrf.ignoringRequestMatchers(
                        request -> BearerFilter.secret(request).isPresent()))
                .addFilterBefore(new BearerFilter(keys), UsernamePasswordAuthenticationFilter.class)
                .exceptionHandling(refusal -> refusal.authenticationEntryPoint(
                                (request, response, failure) -> Refusals.withoutKey(request, response))
                        .accessDeniedHandler(SecurityConfiguration::denied))
                .build();
    }

    /** Who has neither a key nor a session lacks a key, whatever is asked of sessions. */
    private static void denied(HttpServletRequest request, HttpServletResponse response, AccessDeniedException failure)
            throws IOException {
        if (SecurityContextHolder.getContext().getAuthentication() == null) {
            Refusals.withoutKey(request, response);
        } else {
            Refusals.forbidden(
                    request,
                    response,
                    "These credentials may not do this; a browser session also needs the X-CSRF-TOKEN header.");
        }
    }

    @Bean
    @Order(2)
    SecurityFilterChain people(HttpSecurity http, SessionCookies cookies) {
        var back = new WayBack();
        return common(http, cookies)
                .authorizeHttpRequests(paths -> paths.dispatcherTypeMatchers(
                                DispatcherType.ASYNC, DispatcherType.ERROR, DispatcherType.FORWARD)
                        .permitAll()
                        .requestMatchers(
                                "/login", "/error", "/bundle/**", "/assets/**", "/favicon*", "/actuator/health/**")
                        .permitAll()
                        .anyRequest()
                        .authenticated())
                .requestCache(cache -> cache.requestCache(back))
                .exceptionHandling(refusal -> refusal.defaultAuthenticationEntryPointFor(
                                new HttpStatusEntryPoint(HttpStatus.UNAUTHORIZED),
                                PathPatternRequestMatcher.pathPattern("/live/**"))
                        .defaultAuthenticationEntryPointFor(SIGN_IN, AnyRequestMatcher.INSTANCE)
                        .accessDeniedHandler(
                                (request, response, failure) -> signedOut(back, request, response, failure)))
                .formLogin(form -> form.loginPage("/login").failureUrl("/login?error"))
                .logout(logout -> logout.logoutSuccessUrl("/login?bye"))
                .build();
    }

    /** A form whose session has ended says so as its token: the way is to sign in and to come back, not a refusal. */
    private static void signedOut(
            WayBack back, HttpServletRequest request, HttpServletResponse response, AccessDeniedException failure)
            throws IOException, ServletException {
        if (request.getRequestURI().equals("/login")) {
            response.sendRedirect("/login?stale");
        } else if (SecurityContextHolder.getContext().getAuthentication() == null) {
            back.saveRequest(request, response);
            SIGN_IN.commence(request, response, new InsufficientAuthenticationException("signed out", failure));
        } else {
            new AccessDeniedHandlerImpl().handle(request, response, failure);
        }
    }

    private static HttpSecurity common(HttpSecurity http, SessionCookies cookies) {
        return http.securityContext(context -> context.securityContextRepository(cookies))
                .sessionManagement(session -> session.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .csrf(csrf -> csrf.csrfTokenRepository(csrfTokens()))
                .headers(headers -> AnswerHeaders.WRITERS.forEach(headers.defaultsDisabled()::addHeaderWriter));
    }

    private static CookieCsrfTokenRepository csrfTokens() {
        var tokens = new CookieCsrfTokenRepository();
        tokens.setHeaderName("X-CSRF-TOKEN");
        tokens.setCookieName("TENON_CSRF");
        tokens.setCookiePath("/");
        tokens.setCookieCustomizer(cookie -> cookie.sameSite("Lax").httpOnly(true));
        return tokens;
    }

    @Bean
    HttpFirewall pathFirewall() {
        return new PathFirewall();
    }

    /** Tomcat would refuse an encoded slash everywhere before the firewall can say where it is allowed. */
    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> encodedSlashes() {
        return server ->
                server.addConnectorCustomizers(connector -> connector.setEncodedSolidusHandling("passthrough"));
    }
}
