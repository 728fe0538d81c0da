package dev.tenon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.springframework.modulith.core.ApplicationModule;
import org.springframework.modulith.core.ApplicationModules;

/** The modules use only what they declare, and docs/modules.md draws what that is. */
class ModularityTest {
    private final ApplicationModules modules = ApplicationModules.of(Tenon.class);

    @Test
    void modulesUseOnlyWhatTheyDeclare() {
        modules.verify();
    }

    @Test
    void theModulesAreDrawn() throws IOException {
        var arrows = new TreeSet<String>();
        for (ApplicationModule module : modules) {
            module.getDirectDependencies(modules)
                    .uniqueModules()
                    .forEach(used -> arrows.add("  " + module.getIdentifier() + " --> " + used.getIdentifier()));
        }
        assertThat(modules.stream().map(module -> module.getIdentifier().toString()))
                .contains("core", "tensor", "training", "job", "openai");
        assertThat(arrows).contains("  job --> identity", "  registry --> artifact");
        var file = Path.of("docs", "modules.md");
        Files.createDirectories(file.getParent());
        Files.writeString(file, """
                # Modules

                Drawn by `ModularityTest` from the code: an arrow means "uses".

                ```mermaid
                flowchart TD
                %s
                ```
                """.formatted(String.join("\n", arrows)));
    }
}
