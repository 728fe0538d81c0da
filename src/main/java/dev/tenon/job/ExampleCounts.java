package dev.tenon.job;

import dev.tenon.dataset.DatasetApi;
import dev.tenon.dataset.FileView;
import dev.tenon.identity.Tenant;
import dev.tenon.model.BaseModelApi;
import dev.tenon.training.ExampleCount;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Counts the tokens of training files as bases will read them, before any job runs; of long files the beginning. */
@Component
class ExampleCounts {
    private static final Logger LOG = LoggerFactory.getLogger(ExampleCounts.class);

    /** A second or two of counting. */
    private static final int LOOKED_AT = 2 << 20;

    private static final int KEPT = 256;

    private final DatasetApi datasets;
    private final BaseModelApi bases;
    private final Map<Key, ExampleSample> known = Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, ExampleSample> eldest) {
            return size() > KEPT;
        }
    });

    /** What decides a count. */
    private record Key(String file, String base, int longest) {}

    ExampleCounts(DatasetApi datasets, BaseModelApi bases) {
        this.datasets = datasets;
        this.bases = bases;
    }

    /** Nothing where the base's tokenizer, or the file, cannot be read here. */
    Optional<ExampleSample> of(Tenant tenant, JobPlan plan) {
        var start = plan.start();
        int longest = plan.hyperparameters().maxLength();
        var key = new Key(plan.training().digest(), start.baseDigest(), longest);
        var found = known.get(key);
        if (found != null) {
            return Optional.of(found);
        }
        try {
            var counted = count(tenant, plan.training(), start.baseName(), longest);
            counted.ifPresent(sample -> known.put(key, sample));
            return counted;
        } catch (IOException | RuntimeException e) {
            LOG.warn(
                    "The tokens of {} could not be counted for {}",
                    plan.training().id(),
                    start.baseName(),
                    e);
            return Optional.empty();
        }
    }

    private Optional<ExampleSample> count(Tenant tenant, FileView file, String base, int longest) throws IOException {
        var beginning = Files.createTempFile("tenon-count-", ".data");
        try {
            double part = copy(tenant, file, beginning);
            if (part == 0) {
                return Optional.empty();
            }
            var count = ExampleCount.of(beginning, bases.materialiseText(base), longest);
            return count.examples() == 0 ? Optional.empty() : Optional.of(new ExampleSample(count, part));
        } finally {
            Files.deleteIfExists(beginning);
        }
    }

    /** The part of a file that was copied, all of it or as many whole lines as are looked at. */
    private double copy(Tenant tenant, FileView file, Path target) throws IOException {
        try (InputStream in = datasets.content(tenant, file.id())) {
            var bytes = in.readNBytes(LOOKED_AT);
            int length = bytes.length;
            while (bytes.length < file.bytes() && length > 0 && bytes[length - 1] != '\n') {
                length--;
            }
            Files.write(target, Arrays.copyOf(bytes, length));
            return (double) length / file.bytes();
        }
    }
}
