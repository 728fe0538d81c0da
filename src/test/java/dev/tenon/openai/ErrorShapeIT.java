package dev.tenon.openai;

import static dev.tenon.openai.client.ApiClient.error;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.openai.client.ApiClient;
import dev.tenon.openai.client.ApiTest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whatever a client gets wrong, it hears in the one shape that SDKs read, and never a 500. */
class ErrorShapeIT extends ApiTest {

    @Test
    void unknownUrl() throws Exception {
        var answer = api().get("/v1/nothing/here");
        shape(answer, 404, null, "unknown_url");
        assertThat(error(answer).get("message").asString()).contains("GET /v1/nothing/here");
    }

    @Test
    void unknownUrlOfTenonsOwnApi() throws Exception {
        shape(api().get("/api/v1/nothing"), 404, null, "unknown_url");
    }

    @Test
    void wrongMethod() throws Exception {
        var answer = api().send("PUT", "/v1/fine_tuning/jobs", BodyPublishers.ofString("{}"));
        shape(answer, 405, null, "method_not_allowed");
        assertThat(answer.headers().firstValue("Allow").orElseThrow()).contains("GET", "POST");
    }

    @Test
    void noCredentials() throws Exception {
        var answer = ApiClient.anonymous(port).get("/v1/files");
        shape(answer, 401, null, "invalid_api_key");
    }

    @Test
    void brokenJsonNamesThePlace() throws Exception {
        var answer = api().post("/v1/chat/completions", "{\n \"model\": nope }");
        shape(answer, 400, null, "invalid_json");
        assertThat(error(answer).get("message").asString())
                .startsWith("The request body is not valid JSON at line 2, column");
    }

    @Test
    void numbersThatWouldBeCutAreRefusedByName() throws Exception {
        var alias = "/api/v1/adapters/any/aliases/live";
        for (var half : List.of("1.5", "1e99", "true", "[1]")) {
            shape(put(alias, "{\"version\":" + half + "}"), 400, "version", "invalid_type");
        }
        for (var far : List.of("99999999999", "-99999999999", "9".repeat(40))) {
            shape(put(alias, "{\"version\":" + far + "}"), 400, "version", "invalid_value");
        }
        shape(put(alias, "{\"version\":1,\"expected_version\":0.5}"), 400, "expected_version", "invalid_type");
        shape(api().post("/api/v1/jobs/estimate", "{\"n_epochs\":1.5}"), 400, "n_epochs", "invalid_type");
        shape(api().post("/api/v1/adapters/compose", "{\"rank\":2.5}"), 400, "rank", "invalid_type");
        shape(api().post("/api/v1/adapters/compose", "{\"seed\":99999999999999999999}"), 400, "seed", "invalid_value");
    }

    private HttpResponse<String> put(String path, String json) throws Exception {
        return api().send("PUT", path, BodyPublishers.ofString(json), "Content-Type", "application/json");
    }

    @Test
    void missingBody() throws Exception {
        for (var path : List.of("/v1/chat/completions", "/v1/completions", "/v1/fine_tuning/jobs")) {
            shape(api().post(path, ""), 400, null, "invalid_json");
            shape(api().post(path, "[]"), 400, null, "invalid_json");
            shape(api().post(path, "{} {}"), 400, null, "invalid_json");
        }
    }

    @Test
    void nestedTooDeep() throws Exception {
        shape(api().post("/v1/completions", "[".repeat(100_000)), 400, null, "invalid_json");
    }

    @Test
    void wrongContentType() throws Exception {
        var answer = api().send("POST", "/v1/files", BodyPublishers.ofString("{}"), "Content-Type", "application/json");
        shape(answer, 415, null, "unsupported_media_type");
    }

    @Test
    void multipartWithoutItsParts() throws Exception {
        var type = "multipart/form-data; boundary=edge";
        var empty = api().send("POST", "/v1/files", BodyPublishers.ofString("--edge--\r\n"), "Content-Type", type);
        shape(empty, 400, "file", "missing_required_parameter");
        var cut =
                api().send("POST", "/v1/files", BodyPublishers.ofString("--edge\r\nContent-Dis"), "Content-Type", type);
        assertThat(cut.statusCode()).isEqualTo(400);
        shape(cut, 400, null, "invalid_multipart");
    }

    @Test
    void pageNumbersAreClamped() throws Exception {
        for (var limit : List.of("0", "-1", "1000000")) {
            for (var path : List.of("/v1/files", "/v1/fine_tuning/jobs")) {
                shape(api().get(path + "?limit=" + limit), 400, "limit", "invalid_limit");
            }
        }
        shape(api().get("/v1/files?limit=2147483648"), 400, "limit", "invalid_type");
        shape(api().get("/v1/files?limit=ten"), 400, "limit", "invalid_type");
        shape(api().get("/v1/files?order=up"), 400, "order", "invalid_order");
    }

    @Test
    void aBodyOverItsLimit() throws Exception {
        var answer = api().post("/v1/fine_tuning/jobs", "{\"model\":\"" + "x".repeat(2 << 20) + "\"}");
        shape(answer, 413, null, "too_large");
    }

    @Test
    void pathsThatTheFirewallRefuses() throws Exception {
        var answer = api().get("/v1/files/a%2Fb");
        assertThat(answer.statusCode()).isEqualTo(400);
        shape(answer, 400, null, "invalid_request");
    }

    @Test
    void aSlashInAModelIdIsAllowed() throws Exception {
        for (var id : List.of("org%2Fname", "org/name", "name@production", "ft:a:b:c:d")) {
            shape(api().get("/v1/models/" + id), 404, "model", "model_not_found");
        }
    }

    private static void shape(HttpResponse<String> answer, int status, String param, String code) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("application/json");
        assertThat(answer.headers().firstValue("x-request-id").orElseThrow()).startsWith("req_");
        var error = error(answer);
        assertThat(error.propertyNames()).contains("message", "type", "param", "code");
        assertThat(error.get("type").asString()).isEqualTo("invalid_request_error");
        assertThat(error.get("param").asString(null)).isEqualTo(param);
        assertThat(error.get("code").asString(null)).isEqualTo(code);
    }
}
