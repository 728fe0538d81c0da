package dev.tenon.serving.engine;

import dev.tenon.model.ChannelPlace;
import dev.tenon.model.ChannelPlace.Role;
import dev.tenon.model.LinearSite;
import dev.tenon.model.Network;
import dev.tenon.model.NormSite;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The vectors of several adapters on the device, beneath one another: float32 {@code [rows, width]}. Row 0 leaves a token as it is,
 * and so does every other row at places where its adapter has no vector.
 */
final class ChannelStack implements AutoCloseable {
    /** Columns of one place. */
    private record Columns(int first, int width) {}

    private final Scope owner = Scope.detached();
    private final Map<ChannelPlace, Columns> places = new LinkedHashMap<>();
    private final Tensor values;

    /** @param rows so many, row 0 among them */
    ChannelStack(Network model, Set<ChannelPlace> wanted, int rows) {
        try (var scope = Scope.open()) {
            var untouched = new ArrayList<Tensor>();
            int width = 0;
            for (ChannelPlace place : wanted) {
                Tensor vector = untouched(model, place).to(DType.F32);
                int own = (int) vector.elements();
                places.put(place, new Columns(width, own));
                untouched.add(vector);
                width += own;
            }
            values = owner.own(Tensors.empty(DType.F32, model.device(), rows, width));
            Kernels.callNothing("put_channels", values, 0, untouched);
        } catch (RuntimeException e) {
            owner.close();
            throw e;
        }
    }

    /** Bytes of so many rows of these places. */
    static long bytes(Network model, Set<ChannelPlace> places, int rows) {
        long width = 0;
        for (ChannelPlace place : places) {
            width += switch (model.sites().get(place.path())) {
                case LinearSite site -> place.role() == Role.INPUT ? site.in() : site.out();
                case NormSite site -> site.weight().elements();
                case null, default -> 0;
            };
        }
        return width * rows * DType.F32.bytes();
    }

    /** The vector at a place that leaves everything as it is. */
    private static Tensor untouched(Network model, ChannelPlace place) {
        return switch (model.sites().get(place.path())) {
            case LinearSite site ->
                switch (place.role()) {
                    case INPUT -> Tensors.ones(DType.F32, model.device(), site.in());
                    case OUTPUT -> Tensors.ones(DType.F32, model.device(), site.out());
                    case SHIFT -> Tensors.zeros(DType.F32, model.device(), site.out());
                    case WEIGHT, BIAS -> throw new IllegalArgumentException(place + " is no norm");
                };
            case NormSite site -> {
                long hidden = site.weight().elements();
                yield switch (place.role()) {
                    case OUTPUT -> Tensors.ones(DType.F32, model.device(), hidden);
                    case SHIFT -> Tensors.zeros(DType.F32, model.device(), hidden);
                    case WEIGHT -> site.weight();
                    case BIAS -> site.bias() == null ? Tensors.zeros(DType.F32, model.device(), hidden) : site.bias();
                    case INPUT -> throw new IllegalArgumentException(place + " is fed by no one else");
                };
            }
            case null, default -> throw new IllegalArgumentException(place + " is no place of this model");
        };
    }

    /** Writes the vectors of an adapter, whose places are among those of the stack. */
    void put(int row, Map<ChannelPlace, Tensor> vectors) {
        try (var scope = Scope.open()) {
            Tensor untouched = values.slice(0, 0, 1).reshape(-1);
            var parts = new ArrayList<Tensor>();
            places.forEach((place, columns) -> {
                Tensor own = vectors.get(place);
                parts.add(
                        own == null
                                ? untouched.slice(0, columns.first(), columns.first() + columns.width())
                                : own.reshape(-1));
            });
            Kernels.callNothing("put_channels", values, row, parts);
        }
    }

    Set<ChannelPlace> places() {
        return places.keySet();
    }

    int rows() {
        return (int) values.size(0);
    }

    /** The first column of a place, −1 where no adapter has a vector. */
    int column(String path, Role role) {
        var columns = places.get(new ChannelPlace(path, role));
        return columns == null ? -1 : columns.first();
    }

    /** {@code [rows, width]}. */
    Tensor values() {
        return values;
    }

    @Override
    public void close() {
        owner.close();
    }
}
