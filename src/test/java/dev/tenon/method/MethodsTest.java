package dev.tenon.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.core.Problem;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

class MethodsTest {
    private final Methods methods = Methods.scan();

    @Test
    void withoutSettingsItIsLora() {
        var canonical = methods.canonical(methods.parse(Map.of()));
        assertThat(canonical)
                .containsEntry("method", "lora")
                .containsEntry("rank", 8)
                .containsEntry("alpha", 16.0)
                .containsEntry("target_modules", List.of("all-linear"))
                .containsEntry("bias", "none");
    }

    @Test
    void canonicalSettingsMeanTheSame() {
        var config = methods.parse(Map.of(
                "method", "lora", "rank", 4, "target_modules", "all-linear", "rank_pattern", Map.of("q_proj", 2)));
        assertThat(methods.parse(methods.canonical(config))).isEqualTo(config);
    }

    @Test
    void settingsThatAreNullAreDefaults() {
        var settings = new HashMap<String, Object>(Map.of("method", "lora"));
        settings.put("rank", null);
        assertThat(methods.parse(settings)).isEqualTo(methods.parse(Map.of()));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, 4097, 1_000_000_000, 1L << 33})
    void aRankOutsideItsRangeIsRefusedWithTheRange(long rank) {
        assertThatThrownBy(() -> methods.parse(Map.of("method", "lora", "rank", rank)))
                .isInstanceOfSatisfying(Problem.class, problem -> {
                    assertThat(problem.param()).isEqualTo("adapter.rank");
                    assertThat(problem.message())
                            .isEqualTo("'adapter.rank' is %d and must be at least 1 and at most 4096.".formatted(rank));
                });
    }

    @Test
    void anUnknownMethodIsAnsweredWithThePossibleOnes() {
        assertThatThrownBy(() -> methods.parse(Map.of("method", "telepathy")))
                .isInstanceOfSatisfying(Problem.class, problem -> {
                    assertThat(problem.code()).isEqualTo("unknown_method");
                    assertThat(problem.message()).contains("telepathy", "lora");
                });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    dora          | did you mean 'lora' with "use_dora": true?
                    QLoRA         | did you mean 'lora' with "quantization": "nf4"?
                    rsLoRA        | did you mean 'lora' with "use_rslora": true?
                    lora+         | did you mean 'lora' with "lora_plus_ratio": 16?
                    prefix-tuning | did you mean 'prefixtuning'?
                    IA³           | did you mean 'ia3'?
                    LORA          | did you mean 'lora'?
                    adalor        | did you mean 'adalora'
                    """)
    void aMethodUnderAnotherNameIsAnsweredWithWhatItIsCalledHere(String asked, String hint) {
        assertThatThrownBy(() -> methods.parse(Map.of("method", asked)))
                .isInstanceOfSatisfying(
                        Problem.class,
                        problem -> assertThat(problem.message()).contains(hint, "All that are possible are"));
    }

    /** What is proposed is a setting that the method has. */
    @Test
    void whatAMethodIsKnownAsIsASettingOfIt() {
        for (var method : methods.all()) {
            method.knownAs().forEach((name, setting) -> {
                var adapter = new TreeMap<String, Object>(
                        new JsonMapper().readValue("{" + setting + "}", new TypeReference<Map<String, Object>>() {}));
                adapter.put("method", method.descriptor().id());
                assertThat(methods.parse(adapter)).as(name).isNotNull();
            });
        }
    }

    @Test
    void anExpressionThatNeverEndsIsStopped() {
        assertThatThrownBy(() -> ModuleNames.matches(".*.*.*.*.*.*b", "a".repeat(80)))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.code()).isEqualTo("pattern_too_slow"));
    }

    @Test
    @SuppressWarnings("unchecked")
    void theSchemaSaysAllThatAFormNeeds() {
        var schema = methods.schema("lora");
        assertThat(schema).containsEntry("type", "object").containsEntry("additionalProperties", false);
        var properties = (Map<String, Map<String, Object>>) schema.get("properties");
        assertThat(properties.keySet().iterator().next()).isEqualTo("rank");
        assertThat(properties.get("rank"))
                .containsEntry("type", "integer")
                .containsEntry("minimum", 1L)
                .containsEntry("maximum", 4096L)
                .containsEntry("default", 8);
        assertThat(properties.get("dropout")).containsEntry("exclusiveMaximum", 1.0);
        assertThat(properties.get("bias")).containsEntry("enum", List.of("none", "all", "lora_only"));
        assertThat(properties.get("bias")).containsEntry("x-advanced", true);
        assertThat(properties.values()).allSatisfy(property -> {
            assertThat(property.get("title")).asString().isNotBlank();
            assertThat(property.get("description")).asString().isNotBlank();
            assertThat(property).containsKeys("type", "default");
        });
    }

    @Test
    void theCapabilitiesAreThoseOfTheTypes() {
        assertThat(methods.capabilities("lora"))
                .containsExactly("Composable", "LowRankUpdates", "Mergeable", "PeftFormat", "RateFactors");
    }

    /** A jar finds the same methods as class folders do, with entries for its folders or without. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void findsTheMethodsInAJar(boolean folderEntries, @TempDir Path folder) throws Exception {
        Path jar = folder.resolve("app.jar");
        writeJar(jar, folderEntries);
        var urls = new java.util.ArrayList<URL>();
        urls.add(jar.toUri().toURL());
        for (String entry : System.getProperty("java.class.path").split(java.io.File.pathSeparator)) {
            if (entry.endsWith(".jar")) {
                urls.add(Path.of(entry).toUri().toURL());
            }
        }
        try (var loader = new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
            assertThat(idsIn(loader))
                    .isEqualTo(ShippedMethods.all().stream()
                            .map(method -> method.descriptor().id())
                            .toList());
        }
    }

    private static List<String> idsIn(ClassLoader loader) throws Exception {
        Class<?> type = loader.loadClass(Methods.class.getName());
        Object scanned = type.getMethod("scan").invoke(null);
        var ids = new java.util.ArrayList<String>();
        for (Object method : (List<?>) type.getMethod("all").invoke(scanned)) {
            ids.add(id(method));
        }
        return ids;
    }

    private static String id(Object method)
            throws IllegalAccessException, InvocationTargetException, NoSuchMethodException {
        var accessor = method.getClass().getMethod("descriptor");
        accessor.setAccessible(true);
        Object descriptor = accessor.invoke(method);
        return (String) descriptor.getClass().getMethod("id").invoke(descriptor);
    }

    private static void writeJar(Path jar, boolean folderEntries) throws IOException {
        Path classes = Path.of(Methods.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .getPath());
        try (var files = Files.walk(classes.resolve("dev"));
                var out = new java.util.zip.ZipOutputStream(Files.newOutputStream(jar))) {
            for (Path file : files.toList()) {
                String name = classes.relativize(file).toString().replace('\\', '/');
                if (Files.isDirectory(file)) {
                    if (folderEntries) {
                        out.putNextEntry(new java.util.zip.ZipEntry(name + "/"));
                    }
                } else {
                    out.putNextEntry(new java.util.zip.ZipEntry(name));
                    Files.copy(file, out);
                }
            }
        }
    }
}
