package dev.tenon.serving.connection;

import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Has the embedded server speak {@link ConnectedProtocol}. */
@Configuration(proxyBeanMethods = false)
class ConnectionConfiguration {
    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> connectedRequests() {
        return server -> server.setProtocol(ConnectedProtocol.class.getName());
    }
}
