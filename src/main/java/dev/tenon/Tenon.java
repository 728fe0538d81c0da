package dev.tenon;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** Starts Tenon in the role that {@code tenon.role} names. */
@SpringBootApplication
public class Tenon {
    public static void main(String[] arguments) {
        SpringApplication.run(Tenon.class, arguments);
    }
}
