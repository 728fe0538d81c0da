package dev.tenon;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.ObjectInputStream;
import org.junit.jupiter.api.Test;

/** What the module map cannot see: who may touch the native tensors, Spring's web and SQL, and which names we avoid. */
class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.tenon");

    @Test
    void onlyTensorTouchesNativeTensors() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.tenon.tensor..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "ai.djl.ndarray..", "ai.djl.pytorch..", "ai.djl.engine..", "ai.djl.nn..", "ai.djl.training..")
                .check(CLASSES);
    }

    @Test
    void theTrainingSideKnowsNeitherWebNorDatabase() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "dev.tenon.method..",
                        "dev.tenon.training..",
                        "dev.tenon.bench..",
                        "dev.tenon.tensor..",
                        "dev.tenon.text..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.springframework.web..",
                        "org.springframework.http..",
                        "org.springframework.jdbc..",
                        "org.springframework.data..",
                        "org.springframework.batch..",
                        "jakarta.persistence..",
                        "jakarta.servlet..",
                        "java.sql..",
                        "javax.sql..")
                .check(CLASSES);
    }

    @Test
    void noMethodUsesAnother() {
        slices().matching("dev.tenon.method.(*)..")
                .should()
                .notDependOnEachOther()
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    @Test
    void namesSayWhatAThingIs() {
        noClasses()
                .should()
                .haveNameMatching(".*(Manager|Helper|Utils?|Impl|Base|Common)$")
                .check(CLASSES);
        noClasses()
                .should()
                .resideInAnyPackage("..util..", "..utils..", "..common..", "..impl..", "..helper..", "..manager..")
                .check(CLASSES);
    }

    @Test
    void nothingDeserialisesJavaObjects() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .areAssignableTo(ObjectInputStream.class)
                .check(CLASSES);
    }
}
