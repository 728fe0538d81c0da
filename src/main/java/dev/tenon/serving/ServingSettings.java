package dev.tenon.serving;

import dev.tenon.serving.engine.EngineSettings;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The bounds of serving, under {@code tenon.serving}.
 *
 * @param rows requests of one base model that generate at the same time
 * @param queue requests that may wait for a row; more are refused with a wait
 * @param prefillTokens most tokens of a step that reads prompts, the running rows' next ones among them; prompts have half of
 *     them at least
 * @param baseMemory bytes of base models kept resident
 * @param cacheMemory bytes of the pages of one base model for keys and values, as far as {@code rows} could need them
 * @param adapterMemory bytes of adapters kept resident, and of further pages of each base model; on its device, keys, values
 *     and adapters use all its pages, whichever needs them
 * @param pinnedShare the part of {@code adapterMemory} that deployments may keep for good
 * @param loaders adapters that are loaded at the same time, so that loading never takes the processors from answers
 * @param loadsWaiting loads of adapters that the requests of one organisation may have waiting; more are refused with 429
 * @param draftTokens most tokens that a step tries out ahead for greedy rows, all of them together, where what they wrote
 *     last was there before; 8 helps where answers repeat their prompts and few run at once. 0, the default, tries nothing:
 *     a step of several tokens costs more, and in types smaller than float32 it rounds otherwise than one of a single token
 * @param defaultMaxTokens the longest answer to a chat that names no limit
 */
@ConfigurationProperties("tenon.serving")
record ServingSettings(
        @DefaultValue("16") int rows,
        @DefaultValue("64") int queue,
        @DefaultValue("512") int prefillTokens,
        @DefaultValue("64GB") DataSize baseMemory,
        @DefaultValue("1GB") DataSize cacheMemory,
        @DefaultValue("2GB") DataSize adapterMemory,
        @DefaultValue("0.8") double pinnedShare,
        @DefaultValue("2") int loaders,
        @DefaultValue("64") int loadsWaiting,
        @DefaultValue("0") int draftTokens,
        @DefaultValue("4096") int defaultMaxTokens) {

    EngineSettings engine() {
        // those who come at once all wait for a moment, also those for whom there are rows
        return new EngineSettings(
                rows, rows + queue, prefillTokens, cacheMemory.toBytes(), adapterMemory.toBytes(), draftTokens);
    }
}
