package dev.tenon.openai.error;

import dev.tenon.core.Problem;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.stereotype.Component;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.context.request.async.AsyncRequestNotUsableException;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.ModelAndView;

/** Renders every exception of an API request; exceptions of HTML pages are left to the page error handling. */
@Component
class ApiExceptions implements HandlerExceptionResolver, Ordered {
    private static final Logger log = LoggerFactory.getLogger(ApiExceptions.class);
    private final ErrorWriter writer;

    ApiExceptions(ErrorWriter writer) {
        this.writer = writer;
    }

    @Override
    public int getOrder() {
        return Ordered.HIGHEST_PRECEDENCE;
    }

    @Override
    public @Nullable ModelAndView resolveException(
            HttpServletRequest request, HttpServletResponse response, @Nullable Object handler, Exception exception) {
        if (!ApiPaths.isApi(request)) {
            return null;
        }
        var gone = exception instanceof AsyncRequestNotUsableException;
        if (gone || response.isCommitted()) {
            log.debug("The answer to {} was already on its way", request.getRequestURI(), exception);
            return new ModelAndView();
        }
        var problem = SpringProblems.of(exception, request);
        if (problem.status() >= 500 && !(exception instanceof Problem)) {
            log.error("{} {} failed", request.getMethod(), request.getRequestURI(), exception);
        }
        try {
            response.resetBuffer();
            if (exception instanceof HttpRequestMethodNotSupportedException wrong
                    && wrong.getSupportedMethods() != null) {
                response.setHeader("Allow", String.join(", ", wrong.getSupportedMethods()));
            }
            writer.write(request, response, problem);
        } catch (IOException e) {
            log.debug("The client of {} left before its answer", request.getRequestURI(), e);
        }
        return new ModelAndView();
    }
}
