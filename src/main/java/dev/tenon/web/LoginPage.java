package dev.tenon.web;

import dev.tenon.core.OnRole;
import dev.tenon.core.Role;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;

/** The page on which people sign in with an API key. */
@Controller
@OnRole(Role.WEB)
class LoginPage {

    @GetMapping("/login")
    @Nullable
    String login(
            @RequestParam(required = false) @Nullable String error,
            @RequestParam(required = false) @Nullable String bye,
            @RequestParam(required = false) @Nullable String stale,
            @RequestHeader(name = "HX-Request", required = false) @Nullable String part,
            Model model,
            HttpServletResponse response) {
        if (part != null) {
            // the session ended under a page that is open: the whole page must go to the login, not a part of it
            response.setHeader("HX-Redirect", "/login");
            response.setStatus(HttpServletResponse.SC_NO_CONTENT);
            return null;
        }
        model.addAttribute(
                "refused",
                error != null
                        ? "This key is not known, was revoked or has expired (after ten failures, wait a minute)."
                        : stale != null
                                ? "This page was open for too long, or its cookie did not come back. Try again, with cookies"
                                        + " allowed."
                                : null);
        model.addAttribute("bye", bye != null);
        return "login";
    }
}
