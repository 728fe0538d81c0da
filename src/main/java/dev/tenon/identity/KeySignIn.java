package dev.tenon.identity;

import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.LockedException;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.web.authentication.WebAuthenticationDetails;
import org.springframework.stereotype.Component;

/** Signs a browser in: the form's password field holds an API key. */
@Component
class KeySignIn implements AuthenticationProvider {
    private final ApiKeys keys;
    private final SignInThrottle throttle;

    KeySignIn(ApiKeys keys, SignInThrottle throttle) {
        this.keys = keys;
        this.throttle = throttle;
    }

    @Override
    public Authentication authenticate(Authentication attempt) {
        var from = attempt.getDetails() instanceof WebAuthenticationDetails details ? details.getRemoteAddress() : "";
        if (!throttle.allows(from)) {
            throw new LockedException("Too many failed attempts; try again in a minute.");
        }
        var secret = attempt.getCredentials() instanceof String text ? text.strip() : "";
        var caller = keys.authenticate(secret);
        if (caller.isEmpty()) {
            throttle.failed(from);
            throw new BadCredentialsException("This API key is unknown, expired or revoked.");
        }
        return SessionCookies.authentication(caller.get());
    }

    @Override
    public boolean supports(Class<?> authentication) {
        return UsernamePasswordAuthenticationToken.class.isAssignableFrom(authentication);
    }
}
