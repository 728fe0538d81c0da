package dev.tenon.openai.error;

import dev.tenon.core.Problem;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.ModelAndView;

/** A problem that no page handled becomes the HTML error page of its status instead of a 500. */
@Component
class PageProblems implements HandlerExceptionResolver, Ordered {
    @Override
    public int getOrder() {
        return Ordered.LOWEST_PRECEDENCE;
    }

    @Override
    public @Nullable ModelAndView resolveException(
            HttpServletRequest request, HttpServletResponse response, @Nullable Object handler, Exception exception) {
        if (!(exception instanceof Problem problem) || response.isCommitted()) {
            return null;
        }
        try {
            response.sendError(problem.status(), problem.message());
        } catch (IOException e) {
            return null;
        }
        return new ModelAndView();
    }
}
