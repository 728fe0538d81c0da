package dev.tenon.web;

import dev.tenon.core.OnRole;
import dev.tenon.core.Role;
import dev.tenon.identity.CurrentTenant;
import dev.tenon.identity.IdentityApi;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;
import org.springframework.web.util.WebUtils;

/** Gives every page that is about to be drawn its {@link Frame}, the error pages too. */
@Component
@OnRole(Role.WEB)
class PageFrame implements HandlerInterceptor, WebMvcConfigurer {
    private static final String THEME_COOKIE = "tenon_theme";

    private final CurrentTenant tenant;
    private final IdentityApi identity;

    PageFrame(CurrentTenant tenant, IdentityApi identity) {
        this.tenant = tenant;
        this.identity = identity;
    }

    @Override
    public void addInterceptors(InterceptorRegistry registry) {
        registry.addInterceptor(this);
    }

    @Override
    public void postHandle(
            HttpServletRequest request,
            jakarta.servlet.http.HttpServletResponse response,
            Object handler,
            @Nullable ModelAndView page) {
        if (page == null || page.getViewName() == null || page.getViewName().startsWith("redirect:")) {
            return;
        }
        page.getModel().put("frame", frame(request));
    }

    Frame frame(HttpServletRequest request) {
        return new Frame(theme(request), baseUrl(request), organisation());
    }

    static String baseUrl(HttpServletRequest request) {
        return ServletUriComponentsBuilder.fromContextPath(request).build().toUriString();
    }

    /** The cookie is the reader's own; only the two words we know go into the page. */
    private static @Nullable String theme(HttpServletRequest request) {
        var cookie = WebUtils.getCookie(request, THEME_COOKIE);
        return cookie != null
                        && (cookie.getValue().equals("dark")
                                || cookie.getValue().equals("light"))
                ? cookie.getValue()
                : null;
    }

    private @Nullable String organisation() {
        var caller = SecurityContextHolder.getContext().getAuthentication();
        if (caller == null || caller instanceof AnonymousAuthenticationToken || !caller.isAuthenticated()) {
            return null;
        }
        return identity.organisation(tenant.require().orgId()).name();
    }
}
