package dev.tenon.serving.connection;

import java.io.IOException;
import org.apache.coyote.Adapter;
import org.apache.coyote.http11.AbstractHttp11Protocol;
import org.apache.coyote.http11.Http11Processor;
import org.apache.tomcat.util.net.AbstractEndpoint.Handler.SocketState;
import org.apache.tomcat.util.net.SocketWrapperBase;

/** Handles the requests of a connection, which {@link Connection} knows meanwhile. */
final class ConnectedProcessor extends Http11Processor {
    ConnectedProcessor(AbstractHttp11Protocol<?> protocol, Adapter adapter) {
        super(protocol, adapter);
    }

    @Override
    public SocketState service(SocketWrapperBase<?> socket) throws IOException {
        return ScopedValue.where(Connection.SOCKET, socket).call(() -> super.service(socket));
    }
}
