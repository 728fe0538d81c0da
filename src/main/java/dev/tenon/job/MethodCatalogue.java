package dev.tenon.job;

import dev.tenon.method.Methods;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Makes the methods, which know nothing of Spring, available to beans. */
@Configuration(proxyBeanMethods = false)
class MethodCatalogue {

    @Bean
    Methods methods() {
        return Methods.scan();
    }
}
