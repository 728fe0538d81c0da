package dev.tenon.openai.error;

import dev.tenon.core.Problem;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.web.ErrorProperties;
import org.springframework.boot.webmvc.autoconfigure.error.BasicErrorController;
import org.springframework.boot.webmvc.error.ErrorAttributes;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.servlet.ModelAndView;

/** What filters and the container refused before a controller saw it: JSON for the API, the error page otherwise. */
@Controller
class ApiErrorPage extends BasicErrorController {
    private final ErrorWriter writer;

    ApiErrorPage(ErrorAttributes attributes, ErrorWriter writer) {
        super(attributes, new ErrorProperties());
        this.writer = writer;
    }

    @Override
    public ModelAndView errorHtml(HttpServletRequest request, HttpServletResponse response) {
        if (!ApiPaths.isApi(request)) {
            return super.errorHtml(request, response);
        }
        return new ModelAndView((model, failed, answer) -> writer.write(failed, answer, problem(failed)));
    }

    @Override
    public ResponseEntity<Map<String, @Nullable Object>> error(HttpServletRequest request) {
        if (!ApiPaths.isApi(request)) {
            return super.error(request);
        }
        var answer = ErrorAnswer.of(request, problem(request));
        var response = ResponseEntity.status(answer.status()).contentType(MediaType.APPLICATION_JSON);
        answer.headers().forEach(response::header);
        return response.body(answer.body());
    }

    private Problem problem(HttpServletRequest request) {
        if (request.getAttribute(RequestDispatcher.ERROR_EXCEPTION) instanceof Throwable thrown) {
            return SpringProblems.of(thrown, request);
        }
        var status = getStatus(request);
        if (status == HttpStatus.UNAUTHORIZED) {
            return Problem.unauthenticated("Send an API key: 'Authorization: Bearer tenon-…'.");
        }
        if (status == HttpStatus.FORBIDDEN) {
            return Problem.forbidden("These credentials may not do this.");
        }
        var text = request.getAttribute(RequestDispatcher.ERROR_MESSAGE);
        return SpringProblems.plain(status, text instanceof String message ? message : null);
    }
}
