package dev.tenon.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;

/** {@code ./mvnw spring-boot:run -Dspring-boot.run.jvmArguments=…} adds to the arguments that the server needs. */
class RunArgumentsTest {
    @Test
    void whatTheUserAddsAndWhatTheServerNeedsBothApply() throws Exception {
        Document pom = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(Path.of("pom.xml").toFile());
        // a property of the command line takes the place of the pom's, which is empty and must be there
        assertThat(text(pom, "spring-boot.run.jvmArguments")).isEmpty();
        assertThat(text(pom, "jvmArguments")).isEqualTo("${jvm.args} ${spring-boot.run.jvmArguments}");
        assertThat(text(pom, "jvm.args")).contains("--enable-native-access=ALL-UNNAMED");
    }

    private static String text(Document pom, String element) {
        var found = pom.getElementsByTagName(element);
        assertThat(found.getLength()).as(element).isEqualTo(1);
        return found.item(0).getTextContent();
    }
}
