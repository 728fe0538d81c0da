package dev.tenon.identity;

import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.config.MeterFilter;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.server.observation.DefaultServerRequestObservationConvention;
import org.springframework.http.server.observation.ServerRequestObservationContext;
import org.springframework.http.server.observation.ServerRequestObservationConvention;

/**
 * Counts the requests of the {@link Rehearsal} as all others are counted, but under a name of their own. Not to count them
 * would leave out half of what a refusal takes, which the first crowd would then have to wait for; and whoever watches the
 * rate of refusals must not see them.
 */
@Configuration(proxyBeanMethods = false)
class RehearsalMeters {
    static final String REAL = "http.server.requests";
    static final String REHEARSED = "tenon.rehearsals";
    private static final String URI = "uri";

    @Bean
    ServerRequestObservationConvention toldFromRealRequests(Rehearsal rehearsal) {
        return new DefaultServerRequestObservationConvention() {
            @Override
            public KeyValues getLowCardinalityKeyValues(ServerRequestObservationContext context) {
                var values = super.getLowCardinalityKeyValues(context);
                return context.getCarrier() != null && rehearsal.hasSent(context.getCarrier())
                        ? values.and(KeyValue.of(URI, REHEARSED))
                        : values;
            }
        };
    }

    @Bean
    static MeterFilter underANameOfTheirOwn() {
        return new MeterFilter() {
            @Override
            public Meter.Id map(Meter.Id id) {
                return id.getName().startsWith(REAL) && REHEARSED.equals(id.getTag(URI))
                        ? id.withName(REHEARSED + id.getName().substring(REAL.length()))
                        : id;
            }
        };
    }
}
