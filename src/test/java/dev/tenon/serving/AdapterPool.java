package dev.tenon.serving;

import dev.tenon.identity.Tenant;
import dev.tenon.model.BaseModelApi;
import dev.tenon.model.BaseModelView;
import dev.tenon.model.Models;
import dev.tenon.openai.client.RandomLora;
import dev.tenon.registry.AdapterVersionView;
import dev.tenon.registry.RegistryApi;
import dev.tenon.registry.ResolvedModel;
import dev.tenon.serving.deployment.EventLog;
import dev.tenon.serving.deployment.Residence;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.util.unit.DataSize;

/** Random LoRAs of many ranks on the shipped base, loaded as the server does but from a folder instead of a database. */
final class AdapterPool implements AutoCloseable {
    private static final Path BASE = Path.of("src/main/resources/models/tenon-base-7m");
    private static final Tenant TENANT = new Tenant("org", "user", Tenant.Access.MEMBER);

    private final List<Path> folders = new ArrayList<>();
    private final List<AdapterVersionView> versions = new ArrayList<>();
    private final Map<Integer, Long> estimates = new ConcurrentHashMap<>();
    private final BaseModelView view;
    private final Residents residents;
    private final ServingSettings settings;

    AdapterPool(Path disk, int count, int mostRank, long seed, DataSize budget) throws IOException {
        var random = new Random(seed);
        for (int i = 0; i < count; i++) {
            int rank = 1 + random.nextInt(mostRank);
            folders.add(RandomLora.write(disk.resolve("a" + i), random.nextLong(), 0.05, rank));
            versions.add(version(i, Files.size(folders.getLast().resolve("adapter_model.safetensors"))));
        }
        try (var model = Models.load(BASE, Device.cpu(), DType.F32)) {
            view = new BaseModelView(
                    null, "tenon-base-7m", "base", "llama", 6_950_000, 1, model.config(), "none", Instant.EPOCH);
        }
        settings = new ServingSettings(
                4, 16, 128, DataSize.ofGigabytes(1), DataSize.ofMegabytes(16), budget, 0.8, 2, 32, 0, 256);
        var registry = answering(RegistryApi.class, id -> folders.get(Integer.parseInt(id)));
        residents = new Residents(
                answering(BaseModelApi.class, name -> BASE),
                new AdapterLoader(registry),
                settings,
                new ServingMeters(new SimpleMeterRegistry()),
                new Residency(new EventLog(), new ServingMeters(new SimpleMeterRegistry())),
                disk.resolve("home"),
                "cpu");
    }

    private interface Materialised {
        Path of(String name);
    }

    /** Answers {@code materialise}, the only thing that loading asks for. */
    private static <T> T answering(Class<T> api, Materialised files) {
        return api.cast(Proxy.newProxyInstance(api.getClassLoader(), new Class<?>[] {api}, (proxy, method, given) -> {
            if (!method.getName().equals("materialise")) {
                throw new AssertionError("nothing else should be asked: " + method);
            }
            return files.of((String) given[0]);
        }));
    }

    private static AdapterVersionView version(int number, long bytes) {
        return new AdapterVersionView(
                Integer.toString(number),
                "a" + number,
                1,
                "ft:a" + number,
                "tenon-base-7m",
                "base",
                "lora",
                Map.of(),
                "digest" + number,
                bytes,
                null,
                Map.of(),
                Map.of(),
                Instant.EPOCH);
    }

    int size() {
        return versions.size();
    }

    /** The base, which must be held while adapters are leased. */
    Lease<ResidentModel> base() {
        return residents.base(view, null, Asker.REQUEST);
    }

    Lease<ResidentAdapter> lease(int number, ResidentModel base) {
        var composition = Composition.of(List.of(new ResolvedModel.Part(versions.get(number), 1, null)));
        return residents.adapter(TENANT, composition, base, Asker.REQUEST);
    }

    /** As a request would open it. */
    Opened open(int number) {
        var part = new ResolvedModel.Part(versions.get(number), 1, null);
        return Opened.of(residents, TENANT, new ResolvedModel("a" + number, view, List.of(part)), Asker.REQUEST);
    }

    /** Fuses what becomes hot when it is told to look. */
    HotAdapters hot(HeatSettings heat) {
        return new HotAdapters(residents, new EventLog(), settings, heat);
    }

    void note(HotAdapters hot, int number, int tokens) {
        try (var opened = open(number)) {
            hot.note(TENANT, opened, tokens);
        }
    }

    /** The names of fused copies. */
    List<String> fused() {
        return residents
                .residences()
                .filter(it -> it.kind() == Residence.Kind.FUSED)
                .map(Residence::name)
                .toList();
    }

    /** What is set aside for an adapter when nothing but the header of its file is known. */
    long estimate(int number) {
        return estimates.computeIfAbsent(number, any -> AdapterBytes.of(folders.get(number)));
    }

    long usedBytes() {
        return residents.adapterBytes();
    }

    @Override
    public void close() {
        residents.close();
    }
}
