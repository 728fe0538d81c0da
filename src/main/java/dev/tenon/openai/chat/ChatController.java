package dev.tenon.openai.chat;

import dev.tenon.core.OnRole;
import dev.tenon.core.Problem;
import dev.tenon.core.Role;
import dev.tenon.identity.CurrentTenant;
import dev.tenon.identity.Tenant;
import dev.tenon.openai.error.ErrorAnswer;
import dev.tenon.openai.wire.Body;
import dev.tenon.serving.Place;
import dev.tenon.serving.ServingApi;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.json.JsonMapper;

/** Chat and plain completions. */
@RestController
@OnRole(Role.SERVE)
@EnableConfigurationProperties(StreamSettings.class)
class ChatController {
    static final String CHAT = "/v1/chat/completions";
    static final String COMPLETIONS = "/v1/completions";

    private final ServingApi serving;
    private final CurrentTenant tenant;
    private final NoPlace door;
    private final JsonMapper json;
    private final ChatForm chat;
    private final CompletionForm completion;
    private final StreamSettings streams;

    ChatController(
            ServingApi serving,
            CurrentTenant tenant,
            NoPlace door,
            JsonMapper json,
            ChatForm chat,
            CompletionForm completion,
            StreamSettings streams) {
        this.serving = serving;
        this.tenant = tenant;
        this.door = door;
        this.json = json;
        this.chat = chat;
        this.completion = completion;
        this.streams = streams;
    }

    @PostMapping(CHAT)
    void chat(HttpServletRequest request, HttpServletResponse response) throws IOException {
        var caller = tenant.require();
        try (var place = door.of(request, caller.orgId())) { // before the body costs anything
            var order = ChatBody.read(Body.read(request.getInputStream(), ChatBody.ALLOWANCE));
            answer(caller, order, place, chat, response);
        }
    }

    @PostMapping(COMPLETIONS)
    void completion(HttpServletRequest request, HttpServletResponse response) throws IOException {
        var caller = tenant.require();
        try (var place = door.of(request, caller.orgId())) { // before the body costs anything
            var order = CompletionBody.read(Body.read(request.getInputStream(), CompletionBody.ALLOWANCE));
            answer(caller, order, place, completion, response);
        }
    }

    private void answer(Tenant caller, Order order, Place place, AnswerForm form, HttpServletResponse response)
            throws IOException {
        if (order.stream()) {
            stream(caller, order, place, form, new Opening(response, json));
            return;
        }
        var reader = new Reader();
        var choices = new Choices(serving, caller, order, place, reader);
        var bytes = json.writeValueAsBytes(WholeAnswer.of(choices, reader, order, form));
        response.setContentType("application/json");
        response.setContentLength(bytes.length);
        response.getOutputStream().write(bytes);
    }

    private void stream(Tenant caller, Order order, Place place, AnswerForm form, Opening opening) throws IOException {
        try {
            var choices = new Choices(serving, caller, order, place, opening);
            var envelope = Envelope.of(form, order.model(), choices.fingerprint());
            new Feed(choices, order.choices(), streams.ping())
                    .writeTo(opening, new StreamedAnswer(order, form, envelope));
        } catch (Problem problem) {
            opening.refuse(problem, ErrorAnswer::body);
        }
    }
}
