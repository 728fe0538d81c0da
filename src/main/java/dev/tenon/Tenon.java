package dev.tenon;

import dev.tenon.boot.Waiting;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.event.ApplicationStartedEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.FullyQualifiedAnnotationBeanNameGenerator;

/** Starts Tenon in the role that {@code tenon.role} names. Beans are named by their full class name: packages are features. */
@SpringBootApplication(nameGenerator = FullyQualifiedAnnotationBeanNameGenerator.class)
public class Tenon {
    public static void main(String[] arguments) {
        var waiting = Waiting.on("Starting Tenon");
        var application = new SpringApplication(Tenon.class);
        application.addListeners((ApplicationListener<ApplicationStartedEvent>) event -> waiting.close());
        application.run(arguments);
    }
}
