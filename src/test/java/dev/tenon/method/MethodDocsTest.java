package dev.tenon.method;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.TensorEngine;
import dev.tenon.core.Problem;
import dev.tenon.model.Models;
import dev.tenon.model.Network;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.json.JsonMapper;

/**
 * The table of methods and what the catalogue draws are made from the methods themselves: {@code make docs} writes them,
 * and this test says when they are stale.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MethodDocsTest {
    private static final Path TABLE = Path.of("docs/methods/README.md");
    private static final Path PLACES = Path.of("src/main/resources/methods/places.json");
    private static final Path MODELS = Path.of("src/main/resources/models");
    private static final List<String> BASES = List.of("tenon-base-7m", "tenon-encoder-4m");
    private static final Set<String> OTHER_PAGES = Set.of("README.md", "real-data.md");
    private static final boolean WRITE = "write".equals(System.getProperty("tenon.docs"));

    private final List<MethodFacts> facts = new ArrayList<>();

    @BeforeAll
    void attachEveryMethod() {
        TensorEngine.start();
        var methods = Methods.scan();
        var left = new ArrayList<>(ShippedMethods.all());
        for (String base : BASES) {
            try (var scope = Scope.open();
                    var model = Models.open(MODELS.resolve(base), Device.cpu(), DType.F32)) {
                left.removeIf(method -> attached(methods, method, base, model));
            }
        }
        assertThat(left)
                .as("methods whose standard settings fit no shipped base")
                .isEmpty();
        facts.sort(Comparator.comparing(fact -> fact.card().id()));
    }

    /** Whether a method's standard settings fit a base; the first that they fit counts. */
    private boolean attached(Methods methods, AdapterMethod<?> method, String base, Network model) {
        try {
            return facts.add(MethodFacts.of(methods, method, base, model));
        } catch (Problem unfitting) {
            return false;
        }
    }

    @Test
    void everyMethodHasAsManyParametersAsItsFormulaSays() {
        assertThat(facts)
                .isNotEmpty()
                .allSatisfy(
                        fact -> assertThat(fact.counted()).as(fact.card().id()).isEqualTo(fact.formula()));
    }

    @Test
    void everyMethodIsHeldToTheContract() throws IOException {
        for (var fact : facts) {
            assertThat(contract(fact.card().id())).as(fact.card().id()).isNotEmpty();
        }
    }

    @Test
    void theTableIsWhatTheMethodsAre() throws IOException {
        same(TABLE, table());
    }

    @Test
    void everyMethodHasItsPage() throws IOException {
        var pages = new TreeSet<String>();
        for (var fact : facts) {
            String id = fact.card().id();
            same(
                    TABLE.resolveSibling(id + ".md"),
                    new MethodPage(fact, Methods.scan().schema(id)).text());
            pages.add(id + ".md");
        }
        try (var files = Files.list(TABLE.getParent())) {
            assertThat(files.map(file -> file.getFileName().toString())
                            .filter(name -> name.endsWith(".md") && !OTHER_PAGES.contains(name)))
                    .containsExactlyInAnyOrderElementsOf(pages);
        }
    }

    @Test
    void theCatalogueDrawsWhatTheMethodsChange() throws IOException {
        var places = new LinkedHashMap<String, Object>();
        facts.forEach(fact -> places.put(fact.card().id(), fact.places()));
        same(PLACES, new JsonMapper().writerWithDefaultPrettyPrinter().writeValueAsString(places) + "\n");
    }

    private static void same(Path file, String content) throws IOException {
        if (WRITE) {
            Files.createDirectories(file.getParent());
            Files.writeString(file, content);
        }
        assertThat(Files.readString(file))
                .as("run 'make docs': %s is stale", file)
                .isEqualTo(content);
    }

    private String table() throws IOException {
        var text = new StringBuilder("""
                # Methods

                Made by `make docs` from the methods themselves; figures are those of the standard settings on
                the first shipped base that they fit; a method that is made of finished adapters has two. A method is held to [the contract](../../src/test/java/dev/tenon/method/MethodContract.java)
                by the test that its row names. [How they do beside each other on real data](real-data.md).

                | method | family | base | trained parameters, formula | counted | capabilities | contract |
                |---|---|---|---|---|---|---|
                """);
        for (var fact : facts) {
            String id = fact.card().id();
            text.append("| %s (`%s`) | %s | `%s` | %,d | %,d | %s | %s |%n"
                    .formatted(
                            "[%s](%s.md)".formatted(fact.card().title(), id),
                            id,
                            fact.card().family(),
                            fact.base(),
                            fact.formula(),
                            fact.counted(),
                            String.join(", ", fact.capabilities()),
                            String.join(", ", contract(id))));
        }
        return text.append(experiments()).toString();
    }

    /** Where experiments are kept that belong to no method's page. */
    private String experiments() throws IOException {
        var ids = facts.stream().map(fact -> fact.card().id()).toList();
        try (var files = Files.list(TABLE.resolveSibling("experiments"))) {
            var links = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".md") && !name.startsWith("real-data"))
                    .map(name -> name.substring(0, name.length() - ".md".length()))
                    .filter(name -> !ids.contains(name))
                    .sorted()
                    .map(name -> "[%s](experiments/%s.md)".formatted(name, name))
                    .toList();
            return links.isEmpty()
                    ? ""
                    : "%nExperiments with the base itself: %s.%n".formatted(String.join(", ", links));
        }
    }

    /** Tests beside a method that extend the contract. */
    private static List<String> contract(String id) throws IOException {
        Path folder = Path.of("src/test/java/dev/tenon/method", id);
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith("Test.java"))
                    .map(name -> name.substring(0, name.length() - ".java".length()))
                    .filter(name -> MethodContract.class.isAssignableFrom(type(id, name)))
                    .sorted()
                    .toList();
        }
    }

    private static Class<?> type(String id, String name) {
        try {
            return Class.forName("dev.tenon.method." + id + "." + name);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }
}
