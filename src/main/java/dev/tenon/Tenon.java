package dev.tenon;

import dev.tenon.boot.Waiting;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.event.ApplicationStartedEvent;
import org.springframework.context.ApplicationListener;

/** Starts Tenon in the role that {@code tenon.role} names. */
@SpringBootApplication
public class Tenon {
    public static void main(String[] arguments) {
        var waiting = Waiting.on("Starting Tenon");
        var application = new SpringApplication(Tenon.class);
        application.addListeners((ApplicationListener<ApplicationStartedEvent>) event -> waiting.close());
        application.run(arguments);
    }
}
