package dev.tenon.openai.chat;

import dev.tenon.core.OnRole;
import dev.tenon.core.Problem;
import dev.tenon.core.Role;
import dev.tenon.identity.CurrentTenant;
import dev.tenon.identity.Tenant;
import dev.tenon.identity.TextGenerationPaths;
import dev.tenon.model.BaseModelApi;
import dev.tenon.model.BaseModelView;
import dev.tenon.model.BaseTask;
import dev.tenon.openai.error.ErrorAnswer;
import dev.tenon.openai.wire.Body;
import dev.tenon.serving.GenerationResult;
import dev.tenon.serving.Patience;
import dev.tenon.serving.Piece;
import dev.tenon.serving.Place;
import dev.tenon.serving.ServingApi;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.json.JsonMapper;

/** Text by the conventions of LoRAX and Text Generation Inference. */
@RestController
@OnRole(Role.SERVE)
class GenerateController {
    private final ServingApi serving;
    private final BaseModelApi bases;
    private final CurrentTenant tenant;
    private final NoPlace door;
    private final JsonMapper json;
    private final StreamSettings streams;

    GenerateController(
            ServingApi serving,
            BaseModelApi bases,
            CurrentTenant tenant,
            NoPlace door,
            JsonMapper json,
            StreamSettings streams) {
        this.serving = serving;
        this.bases = bases;
        this.tenant = tenant;
        this.door = door;
        this.json = json;
        this.streams = streams;
    }

    @PostMapping(TextGenerationPaths.GENERATE)
    void generate(HttpServletRequest request, HttpServletResponse response) throws IOException {
        answer(request, response, false);
    }

    @PostMapping(TextGenerationPaths.STREAM)
    void stream(HttpServletRequest request, HttpServletResponse response) throws IOException {
        answer(request, response, true);
    }

    private void answer(HttpServletRequest request, HttpServletResponse response, boolean stream) throws IOException {
        var caller = tenant.require();
        try (var place = door.of(request, caller.orgId())) { // before the body costs anything
            var body = Body.read(request.getInputStream(), ChatBody.ALLOWANCE);
            var asked = GenerateBody.read(body, stream, () -> base(caller));
            if (asked.order().stream()) {
                stream(caller, asked, place, new Opening(response, json));
                return;
            }
            var reader = new Reader();
            var bytes = json.writeValueAsBytes(whole(start(caller, asked, place, reader), reader, asked));
            response.setContentType("application/json");
            response.setContentLength(bytes.length);
            response.getOutputStream().write(bytes);
        }
    }

    private void stream(Tenant caller, GenerateOrder asked, Place place, Opening opening) throws IOException {
        try {
            new Feed(start(caller, asked, place, opening), 1, streams.ping())
                    .writeTo(opening, new GeneratedStream(asked.order()));
        } catch (Problem problem) {
            opening.refuse(problem, ErrorAnswer::flat);
        }
    }

    private String base(Tenant caller) {
        return GenerateModel.only(bases.list(caller.orgId()).stream()
                .filter(base -> base.config().tasks().contains(BaseTask.GENERATION))
                .map(BaseModelView::name)
                .toList());
    }

    private Choices start(Tenant caller, GenerateOrder asked, Place place, Patience patience) {
        try {
            return new Choices(serving, caller, asked.order(), place, patience);
        } catch (Problem problem) {
            throw asked.inTheirWords(problem);
        }
    }

    private static Object whole(Choices choices, Reader reader, GenerateOrder asked) {
        var pieces = new ArrayList<Piece>();
        var end = new AtomicReference<GenerationResult>();
        WholeAnswer.toTheEnd(choices, reader, 1, event -> {
            if (event.piece() != null) {
                pieces.add(event.piece());
            }
            if (event.end() != null) {
                end.set(event.end());
            }
        });
        var answer = GeneratedText.whole(asked, pieces, Objects.requireNonNull(end.get()));
        return asked.listed() ? List.of(answer) : answer;
    }
}
