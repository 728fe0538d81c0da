package dev.tenon.serving.connection;

import java.io.IOException;
import org.apache.tomcat.util.net.SocketWrapperBase;

/** The connection of the request that this thread handles. */
public final class Connection {
    static final ScopedValue<SocketWrapperBase<?>> SOCKET = ScopedValue.newInstance();

    private Connection() {}

    /**
     * Whether the client closed it, or at least the half on which it sends: the two look alike to whoever only reads. False
     * where that is not known: on other threads than the request's own, behind another server than the embedded one, in
     * HTTP/2, and where the client's next request is here already.
     */
    public static boolean ended() {
        if (!SOCKET.isBound()) {
            return false;
        }
        try {
            // reads without waiting, into the socket's own buffer, from which the next request is parsed; asking for
            // what is
            // available of this request would read over a next one that came together with its body
            SOCKET.get().isReadyForRead();
            return false;
        } catch (IOException gone) {
            return true;
        }
    }
}
