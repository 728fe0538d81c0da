package dev.tenon.experiments;

import dev.tenon.method.Adapter;
import dev.tenon.method.Methods;
import dev.tenon.method.QuantizationConfig;
import dev.tenon.model.CausalModel;
import dev.tenon.model.Hooks;
import dev.tenon.model.Models;
import dev.tenon.model.Quantisation;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensors;
import dev.tenon.text.ChatFormat;
import dev.tenon.training.Batch;
import dev.tenon.training.Document;
import dev.tenon.training.Hyperparameters;
import dev.tenon.training.Trainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/**
 * Claims of QLoRA and of the survey of quantisation (Gholami et al. 2021): a LoRA trained on an nf4 base is as good as one
 * on the dense base; it is better than one that was trained on the dense base and meets the nf4 base only when it
 * answers; and finer grains err less. On the shipped base and sample dialogues.
 */
final class QuantisationExperiment {
    private static final Path BASE = Path.of("src/main/resources/models/tenon-base-7m");
    private static final Path SAMPLE = Path.of("src/main/resources/sample");
    private static final String NF4 = "nf4, groups of 64, double";
    private static final String NF4_TENSOR = "nf4, whole tensor";
    private static final int EPOCHS = 2;
    private static final int BATCH = 8;
    private static final int LONGEST = 512;

    private final List<Document> train;
    private final List<Document> valid;

    private QuantisationExperiment() throws IOException {
        try (var format = ChatFormat.load(BASE)) {
            train = documents(format, SAMPLE.resolve("train.jsonl"));
            valid = documents(format, SAMPLE.resolve("valid.jsonl"));
        }
    }

    private static List<Document> documents(ChatFormat format, Path file) throws IOException {
        var documents = new ArrayList<Document>();
        for (String line : Files.readAllLines(file)) {
            var tokens = format.trainingLine(line);
            documents.add(Document.next(tokens.ids(), tokens.trained()));
        }
        return documents;
    }

    private static Map<String, Object> forms() {
        var forms = new LinkedHashMap<String, Object>();
        forms.put("int8, groups of 64, double", "int8");
        forms.put(NF4, "nf4");
        forms.put(NF4_TENSOR, Map.of("granularity", "tensor", "double_quantization", false));
        return forms;
    }

    public static void main(String[] args) throws IOException {
        var page = Page.open();
        new QuantisationExperiment().run(page);
    }

    /** By seed, nats a token: trained on a form, on the dense base and answering on it, on it and answering dense. */
    private record Row(Figures own, Figures after, Figures back) {
        Row() {
            this(new Figures(), new Figures(), new Figures());
        }
    }

    private void run(Page page) {
        page.text(
                "A LoRA of rank 8 on `tenon-base-7m`, %d steps of %d of the %d sample dialogues, on the base as it is and in"
                        + " fewer bits. Nats a trained token of %d other dialogues; bytes are those of the blocks' matrices."
                        + " Mean of %d seeds, ± half the distance of the extremes.",
                steps(), BATCH, train.size(), valid.size(), Effort.seeds().length);
        page.table(
                "base",
                "bytes a weight",
                "untuned",
                "trained on it",
                "trained dense, answering on it",
                "trained on it, answering dense");
        var plain = new ArrayList<Adapter>();
        var rows = new LinkedHashMap<String, Row>();
        var full = new Row();
        try (var dense = open("none")) {
            for (long seed : Effort.seeds()) {
                plain.add(trained(dense, seed));
                full.own.add(loss(dense, plain.getLast().hooks()));
            }
            page.row("dense", "4.000", "%.4f".formatted(loss(dense, Hooks.NONE)), full.own.text("%.4f"), "", "");
            forms().forEach((name, settings) -> {
                try (var model = open(settings)) {
                    rows.put(name, row(page, name, dense, model, plain));
                }
            });
        } finally {
            plain.forEach(Adapter::close);
        }
        page.claims();
        rows.forEach((name, row) -> {
            page.less(
                    "Trained on %s it is within 0.01 nats of dense".formatted(name),
                    row.own,
                    full.own.plus(0.01),
                    "%.4f");
            page.less("Training on %s beats training dense for it".formatted(name), row.own, row.after, "%.4f");
        });
        page.less(
                "Groups err less than a whole tensor, nf4",
                Objects.requireNonNull(rows.get(NF4)).own,
                Objects.requireNonNull(rows.get(NF4_TENSOR)).own,
                "%.4f");
    }

    private static CausalModel open(Object settings) {
        var form = QuantizationConfig.form(Map.of(QuantizationConfig.KEY, settings));
        return Models.load(BASE, Device.cpu(), DType.F32, form);
    }

    private Row row(Page page, String name, CausalModel dense, CausalModel model, List<Adapter> plain) {
        var row = new Row();
        for (int i = 0; i < plain.size(); i++) {
            try (var adapter = trained(model, Effort.seeds()[i])) {
                row.own.add(loss(model, adapter.hooks()));
                row.back.add(loss(dense, adapter.hooks()));
            }
            row.after.add(loss(model, plain.get(i).hooks()));
        }
        page.row(
                name,
                "%.3f".formatted(bytes(model)),
                "%.4f".formatted(loss(model, Hooks.NONE)),
                row.own.text("%.4f"),
                row.after.text("%.4f"),
                row.back.text("%.4f"));
        return row;
    }

    private int steps() {
        return Effort.steps(EPOCHS * train.size() / BATCH);
    }

    /** Of the matrices that have the form. */
    private static double bytes(CausalModel model) {
        Quantisation form = model.quantisation();
        return (double) Models.blockBytes(model.config(), DType.F32, form)
                / Models.blockBytes(model.config(), DType.F32, null)
                * DType.F32.bytes();
    }

    private Adapter trained(CausalModel model, long seed) {
        var adapter = Methods.scan().attach(model, Map.of("method", "lora", "rank", 8), seed);
        double rate = Methods.scan().require("lora").learningRate(model.config().hidden());
        var settings = Hyperparameters.resolve(EPOCHS, BATCH, 1.0, seed, train.size(), 0, LONGEST, rate);
        int steps = steps();
        var random = new Random(seed);
        var order = new ArrayList<Document>();
        for (int i = 0; i < EPOCHS; i++) {
            var epoch = new ArrayList<>(train);
            Collections.shuffle(epoch, random);
            order.addAll(epoch);
        }
        try (var trainer = new Trainer(model, adapter, settings, steps)) {
            for (int step = 1; step <= steps; step++) {
                trainer.step(step, List.of(Batch.of(order.subList((step - 1) * BATCH, step * BATCH))));
            }
        }
        adapter.train(false);
        return adapter;
    }

    /** Nats a token of the held-out dialogues. */
    private double loss(CausalModel model, Hooks hooks) {
        double sum = 0;
        int count = 0;
        for (Document document : valid) {
            var batch = Batch.of(List.of(document));
            try (var scope = Scope.open()) {
                var rows = model.hidden(batch.sequences(), hooks)
                        .select(0, Tensors.of(batch.sources(), batch.sources().length));
                var targets = Tensors.of(batch.targets(), batch.targets().length);
                sum += Kernels.callList("token_loss", model.logits(rows, hooks), targets)
                        .getFirst()
                        .item();
                count += batch.targets().length;
            }
        }
        return sum / count;
    }
}
