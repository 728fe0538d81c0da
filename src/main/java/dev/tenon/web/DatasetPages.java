package dev.tenon.web;

import dev.tenon.core.Cursor;
import dev.tenon.core.OnRole;
import dev.tenon.core.Role;
import dev.tenon.dataset.DatasetApi;
import dev.tenon.identity.CurrentTenant;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** Datasets: upload, list, and one dataset with its examples and the tokens that training counts. */
@Controller
@OnRole(Role.WEB)
@RequestMapping("/datasets")
class DatasetPages {
    private static final int ROWS = 25;
    private static final int EXAMPLES = 5;

    private final DatasetApi datasets;
    private final CurrentTenant tenant;

    DatasetPages(DatasetApi datasets, CurrentTenant tenant) {
        this.datasets = datasets;
        this.tenant = tenant;
    }

    @GetMapping
    String list(@RequestParam(required = false) @Nullable String after, Model model) {
        fill(after, model);
        return "datasets/list";
    }

    @GetMapping("/rows")
    String rows(@RequestParam(required = false) @Nullable String after, Model model) {
        fill(after, model);
        return "datasets/list :: rows";
    }

    @GetMapping("/{id}")
    String one(@PathVariable String id, @RequestParam(defaultValue = "0") int from, Model model) {
        examples(id, from, model);
        return "datasets/detail";
    }

    @GetMapping("/{id}/examples")
    String more(@PathVariable String id, @RequestParam(defaultValue = "0") int from, Model model) {
        examples(id, from, model);
        return "datasets/detail :: examples";
    }

    @PostMapping("/{id}/delete")
    String delete(@PathVariable String id) {
        datasets.delete(tenant.require(), id);
        return "redirect:/datasets";
    }

    private void fill(@Nullable String after, Model model) {
        var page = datasets.list(tenant.require(), "fine-tune", Cursor.of(after, ROWS, null, ROWS, ROWS));
        model.addAttribute("files", page.items());
        model.addAttribute("next", page.hasMore() ? page.items().getLast().id() : null);
        model.addAttribute("first", after == null);
    }

    private void examples(String id, int from, Model model) {
        var file = datasets.get(tenant.require(), id);
        int start = Math.max(0, from);
        model.addAttribute("file", file);
        model.addAttribute("from", start);
        model.addAttribute("size", EXAMPLES);
        if (file.dataset() != null) {
            model.addAttribute("examples", datasets.preview(tenant.require(), id, start, EXAMPLES));
        }
    }
}
