package dev.tenon.web;

import dev.tenon.core.OnRole;
import dev.tenon.core.Problem;
import dev.tenon.core.Role;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.http.HttpStatusCode;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.servlet.ModelAndView;

/** Turns a problem that a page did not handle into the error page, or into one line for a part of a page. */
@ControllerAdvice(basePackageClasses = PageFailures.class)
@OnRole(Role.WEB)
class PageFailures {
    private final PageFrame frames;

    PageFailures(PageFrame frames) {
        this.frames = frames;
    }

    @ExceptionHandler
    ModelAndView problem(Problem problem, HttpServletRequest request) {
        boolean part = request.getHeader("HX-Request") != null;
        var page = new ModelAndView(part ? "parts/problem :: line" : "error");
        page.setStatus(HttpStatusCode.valueOf(problem.status()));
        page.addObject("status", problem.status());
        page.addObject("explanation", problem.message());
        page.addObject("field", problem.param());
        page.addObject("frame", frames.frame(request));
        return page;
    }
}
