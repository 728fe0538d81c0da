package dev.tenon.serving;

import dev.tenon.core.Problem;
import dev.tenon.identity.Tenant;
import dev.tenon.model.EncoderConfig;
import dev.tenon.registry.ResolvedModel;
import dev.tenon.serving.deployment.Holdings;
import dev.tenon.serving.deployment.Mode;
import dev.tenon.serving.deployment.Residence;
import dev.tenon.tensor.Device;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** Decoders and encoders in this process's memory, together. */
@Component
class Memory implements Holdings {
    private final Residents residents;
    private final Encoders encoders;
    private final Residency residency;
    private final HotAdapters hot;
    private final ServingSettings settings;
    private final String device;

    Memory(
            Residents residents,
            Encoders encoders,
            Residency residency,
            HotAdapters hot,
            ServingSettings settings,
            @Value("${tenon.device:auto}") String device) {
        this.residents = residents;
        this.encoders = encoders;
        this.residency = residency;
        this.hot = hot;
        this.settings = settings;
        this.device = device;
    }

    @Override
    public List<Residence> residences() {
        return Stream.of(residents.residences(), encoders.residences(), residency.failures().stream())
                .flatMap(all -> all)
                .map(residence -> hot.keeps(residence) ? residence.keptByHeat() : residence)
                .toList();
    }

    @Override
    public Room room() {
        return new Room(
                Device.known(device),
                residents.adapterBytes(),
                encoders.adapterBytes(),
                settings.adapterMemory().toBytes());
    }

    @Override
    public Held hold(Tenant tenant, ResolvedModel model, Mode mode) {
        Held held = model.base().config() instanceof EncoderConfig
                ? encoder(tenant, model, mode)
                : decoder(tenant, model, mode);
        try {
            requireShare(Math.max(encoders.pinnedBytes(), residents.pinnedBytes()));
            return held;
        } catch (RuntimeException e) {
            held.close();
            throw e;
        }
    }

    private Held decoder(Tenant tenant, ResolvedModel model, Mode mode) {
        if (mode == Mode.FUSED) {
            var fused = Opened.fused(residents, tenant, model, Long.MAX_VALUE).pin();
            return () -> {
                fused.close();
                residents.forgetFused(fused.composition(), fused.resident());
            };
        }
        return Opened.of(residents, tenant, model, Asker.WISH).pin()::close;
    }

    private Held encoder(Tenant tenant, ResolvedModel model, Mode mode) {
        if (mode == Mode.FUSED) {
            throw Problem.invalid(
                    "mode", "invalid_value", "'mode' is 'fused', which is for bases that write text: use 'separate'.");
        }
        var base = encoders.base(model.base(), model.quantisation(), Asker.WISH).pin();
        try {
            var version = model.version();
            var tuned = version == null
                    ? null
                    : encoders.tuned(tenant, new ResolvedModel.Part(version, 1, null), base.value(), Asker.WISH)
                            .pin();
            return () -> {
                if (tuned != null) {
                    tuned.close();
                }
                base.close();
            };
        } catch (RuntimeException | Error e) {
            base.close();
            throw e;
        }
    }

    private void requireShare(long pinned) {
        long most = (long) (settings.pinnedShare() * settings.adapterMemory().toBytes());
        if (pinned > most) {
            throw Problem.unavailable(
                    "pins_full",
                    "Deployments would keep %d bytes of adapters in memory; tenon.serving.pinned-share allows %d."
                            .formatted(pinned, most),
                    60);
        }
    }
}
