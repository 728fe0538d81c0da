package dev.tenon.openai.error;

import dev.tenon.core.Problem;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.TypeMismatchException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.web.ErrorResponse;
import org.springframework.web.HttpMediaTypeNotSupportedException;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.bind.MethodArgumentNotValidException;
import org.springframework.web.bind.MissingServletRequestParameterException;
import org.springframework.web.method.annotation.HandlerMethodValidationException;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import org.springframework.web.multipart.MaxUploadSizeExceededException;
import org.springframework.web.multipart.MultipartException;
import org.springframework.web.multipart.support.MissingServletRequestPartException;
import org.springframework.web.servlet.NoHandlerFoundException;
import org.springframework.web.servlet.resource.NoResourceFoundException;
import tools.jackson.core.JacksonException;

/** Translates what Spring and the libraries throw into problems that say what was wrong and where. */
final class SpringProblems {
    private SpringProblems() {}

    static Problem of(Throwable thrown, HttpServletRequest request) {
        var problem = cause(thrown, Problem.class);
        if (problem != null) {
            return problem;
        }
        return switch (thrown) {
            case NoResourceFoundException e -> unknownUrl(request);
            case NoHandlerFoundException e -> unknownUrl(request);
            case HttpRequestMethodNotSupportedException e -> wrongMethod(e, request);
            case HttpMediaTypeNotSupportedException e -> wrongMediaType(e);
            case MaxUploadSizeExceededException e -> isFile(e) ? tooLarge() : fieldTooLarge();
            case MissingServletRequestPartException e -> missing(e.getRequestPartName());
            case MissingServletRequestParameterException e -> missing(e.getParameterName());
            case MultipartException e -> multipart(e);
            case MethodArgumentTypeMismatchException e -> wrongType(e.getName(), e);
            case TypeMismatchException e -> wrongType(e.getPropertyName(), e);
            case HttpMessageNotReadableException e -> unreadable(e);
            case MethodArgumentNotValidException e -> invalidArgument(e);
            case HandlerMethodValidationException e -> Problem.invalid(null, "invalid_value", e.getMessage());
            case JacksonException e -> BadJson.problem(e);
            case AccessDeniedException e -> Problem.forbidden("These credentials may not do this.");
            case CannotCreateTransactionException e -> databaseAway();
            case QueryTimeoutException e -> databaseAway();
            case TransientDataAccessException e -> databaseAway();
            case DataIntegrityViolationException e ->
                Problem.conflict(null, "conflict", "The request conflicts with a change made at the same time.");
            case ErrorResponse e -> plain(e.getStatusCode(), e.getBody().getDetail());
            default -> internal();
        };
    }

    static Problem unknownUrl(HttpServletRequest request) {
        return Problem.notFound(
                null,
                "unknown_url",
                "Unknown request URL: %s %s. See /api/openapi.yaml for what Tenon offers."
                        .formatted(request.getMethod(), request.getRequestURI()));
    }

    static Problem plain(HttpStatusCode status, @Nullable String detail) {
        if (status.is5xxServerError()) {
            return internal();
        }
        var text = detail == null || detail.isBlank() ? "The request was refused with status " + status + "." : detail;
        var code = status.value() == 406 ? "not_acceptable" : "invalid_request";
        return new Problem(status.value(), "invalid_request_error", null, code, text, Map.of());
    }

    static Problem internal() {
        return new Problem(
                500,
                "server_error",
                null,
                "internal_error",
                "Tenon failed to handle this request; the server's log has the cause under this answer's x-request-id.",
                Map.of());
    }

    static Problem tooLarge() {
        return Problem.tooLarge("file", "The file is larger than 512 MiB (536870912 bytes), the limit of one file.");
    }

    private static Problem multipart(MultipartException e) {
        return isFile(e)
                ? tooLarge()
                : Problem.invalid(
                null,
                "invalid_multipart",
                "The body is not complete multipart/form-data: send the parts 'file' and 'purpose'.");
    }

    /** Whether a file was too large, and not what the container takes for a form field since it has no file name. */
    private static boolean isFile(MultipartException e) {
        for (Throwable at = e; at != null; at = at.getCause()) {
            if (at.getClass().getSimpleName().contains("SizeLimitExceeded")) {
                return true;
            }
        }
        return false;
    }

    private static Problem fieldTooLarge() {
        return Problem.tooLarge(
                null,
                "A part of the form without a file name is larger than 2 MB: send its bytes as a file, with a file name.");
    }

    private static Problem wrongMethod(HttpRequestMethodNotSupportedException e, HttpServletRequest request) {
        var allowed = e.getSupportedMethods() == null ? List.<String>of() : List.of(e.getSupportedMethods());
        return new Problem(
                405,
                "invalid_request_error",
                null,
                "method_not_allowed",
                "%s is not allowed on %s; allowed: %s."
                        .formatted(e.getMethod(), request.getRequestURI(), String.join(", ", allowed)),
                Map.of());
    }

    private static Problem wrongMediaType(HttpMediaTypeNotSupportedException e) {
        var given = e.getContentType() == null ? "no Content-Type" : "Content-Type '" + e.getContentType() + "'";
        var wanted = e.getSupportedMediaTypes().isEmpty() ? "application/json" : e.getSupportedMediaTypes();
        return new Problem(
                415,
                "invalid_request_error",
                null,
                "unsupported_media_type",
                "The request has %s; this URL takes %s.".formatted(given, wanted),
                Map.of());
    }

    private static Problem missing(String name) {
        return Problem.invalid(name, "missing_required_parameter", "Missing required parameter: '" + name + "'.");
    }

    private static Problem wrongType(@Nullable String name, TypeMismatchException e) {
        var type = e.getRequiredType() == null
                ? "another type"
                : e.getRequiredType().getSimpleName();
        return Problem.invalid(
                name, "invalid_type", "'%s' must be of type %s, not '%s'.".formatted(name, type, e.getValue()));
    }

    private static Problem unreadable(HttpMessageNotReadableException e) {
        var json = cause(e, JacksonException.class);
        return json != null ? BadJson.problem(json) : BadJson.missing();
    }

    private static Problem invalidArgument(MethodArgumentNotValidException e) {
        var field = e.getBindingResult().getFieldError();
        return field == null
                ? Problem.invalid(null, "invalid_value", "The request body is not valid.")
                : Problem.invalid(
                        field.getField(),
                        "invalid_value",
                        "'%s' %s.".formatted(field.getField(), field.getDefaultMessage()));
    }

    private static Problem databaseAway() {
        return Problem.unavailable("database_unavailable", "The database does not answer at the moment.", 5);
    }

    private static <T extends Throwable> @Nullable T cause(Throwable thrown, Class<T> type) {
        for (Throwable at = thrown; at != null; at = at.getCause()) {
            if (type.isInstance(at)) {
                return type.cast(at);
            }
        }
        return null;
    }
}
