package dev.tenon.dataset;

import dev.tenon.core.Cursor;
import dev.tenon.core.OnRole;
import dev.tenon.core.Role;
import dev.tenon.identity.CurrentTenant;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.multipart.MultipartFile;

/** {@code /api/v1/datasets}: what {@code /v1/files} has no words for: summaries, examples, reports without storing. */
@RestController
@OnRole(Role.WEB)
@RequestMapping("/api/v1/datasets")
class DatasetController {
    private final DatasetApi datasets;
    private final CurrentTenant tenant;

    DatasetController(DatasetApi datasets, CurrentTenant tenant) {
        this.datasets = datasets;
        this.tenant = tenant;
    }

    @GetMapping
    Map<String, Object> list(
            @RequestParam(required = false) @Nullable String after,
            @RequestParam(required = false) @Nullable Integer limit,
            @RequestParam(required = false) @Nullable String order) {
        var page = datasets.list(tenant.require(), "fine-tune", Cursor.of(after, limit, order, 20, 100));
        return Map.of(
                "object",
                "list",
                "data",
                page.items().stream().map(DatasetController::json).toList(),
                "has_more",
                page.hasMore());
    }

    @GetMapping("/{id}")
    Map<String, Object> get(@PathVariable String id) {
        return json(datasets.get(tenant.require(), id));
    }

    @GetMapping("/{id}/preview")
    Map<String, Object> preview(
            @PathVariable String id,
            @RequestParam(defaultValue = "0") int offset,
            @RequestParam(defaultValue = "10") int limit) {
        List<Map<String, Object>> data = datasets.preview(tenant.require(), id, offset, limit).stream()
                .map(example -> Map.<String, Object>of(
                        "index", example.index(),
                        "messages", example.messages(),
                        "spans", example.spans(),
                        "tokens", example.tokens(),
                        "trained_tokens", example.trainedTokens()))
                .toList();
        return Map.of("object", "list", "data", data);
    }

    /** A report on a file that is not stored. */
    @PostMapping("/validate")
    Map<String, Object> validate(@RequestParam MultipartFile file) throws IOException {
        tenant.require();
        try (var content = file.getInputStream()) {
            var name = file.getOriginalFilename();
            var report = datasets.validate(name == null ? "" : name, content);
            return Map.of(
                    "object", "dataset.report",
                    "valid", report.valid(),
                    "lines", report.lines(),
                    "problems", report.problems().stream().map(Refusal::json).toList(),
                    "total_problems", report.totalProblems());
        }
    }

    private static Map<String, Object> json(FileView file) {
        var json = new LinkedHashMap<String, Object>();
        json.put("id", file.id());
        json.put("object", "dataset");
        json.put("filename", file.filename());
        json.put("bytes", file.bytes());
        json.put("digest", file.digest());
        json.put("created_at", file.createdAt().getEpochSecond());
        var summary = file.dataset();
        if (summary != null) {
            json.put("format", summary.format());
            json.put("examples", summary.examples());
            json.put("turns", summary.turns());
            json.put("approx_tokens", summary.approxTokens());
        }
        return json;
    }
}
