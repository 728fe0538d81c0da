package dev.tenon.serving.connection;

import org.apache.coyote.Processor;
import org.apache.coyote.http11.Http11NioProtocol;

/** Tomcat's HTTP/1.1, in whose requests {@link Connection} answers; made by Tomcat, which is told its name. */
public final class ConnectedProtocol extends Http11NioProtocol {
    @Override
    protected Processor createProcessor() {
        return new ConnectedProcessor(this, getAdapter());
    }
}
