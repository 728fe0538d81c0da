package dev.tenon.experiments.realdata;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a paper says of two contenders, as it can be seen here.
 *
 * @param text the claim
 * @param better who should be at least as good
 * @param than whom
 * @param strictly whether it should be better and not only as good
 */
record Claim(String text, String better, String than, boolean strictly) {
    static final List<Claim> ALL = List.of(
            new Claim("LoRA reaches full fine-tuning (Hu et al. 2021)", "lora-large", "full-own", false),
            new Claim("Any adapter beats a head alone (Lian et al. 2022 of SSF)", "ssf-own", "probe-own", true),
            new Claim("DoRA beats LoRA at equal size (Liu et al. 2024)", "LoRA_as_DoRA-large", "lora-large", true),
            new Claim("PiSSA learns faster than LoRA (Meng et al. 2024)", "LoRA_from_PiSSA-large", "lora-large", true),
            new Claim("LoRA+ learns faster than LoRA (Hayou et al. 2024)", "LoRA+-large", "lora-large", true),
            new Claim("AdaLoRA beats LoRA at equal size (Zhang et al. 2023)", "adalora-large", "lora-large", true),
            new Claim("DyLoRA costs little beside LoRA (Valipour et al. 2022)", "dylora-large", "lora-large", false),
            new Claim("CorDA's instruction mode beats LoRA (Yang et al. 2024)", "corda-large", "lora-large", true),
            new Claim("MoLA beats LoRA at equal size (Gao et al. 2024)", "mola-large", "lora-large", true),
            new Claim("SHiRA reaches LoRA at equal size (Bhardwaj et al. 2024)", "shira-large", "lora-large", false),
            new Claim("PaCA reaches LoRA at equal size (Woo et al. 2025)", "paca-large", "lora-large", false),
            new Claim("HRA reaches LoRA at equal size (Yuan et al. 2024)", "hra-large", "lora-large", false),
            new Claim("Bottleneck adapters reach LoRA (Hu et al. 2023)", "bottleneck-large", "lora-large", false),
            new Claim(
                    "LT-SFT beats adapters (Ansell et al. 2022, across languages)",
                    "ltsft-large",
                    "bottleneck-large",
                    true),
            new Claim(
                    "Compacter++ reaches bottleneck adapters (Mahabadi et al. 2021)",
                    "compacter-own",
                    "bottleneck-large",
                    false),
            new Claim(
                    "BitFit reaches full fine-tuning on small data (Ben Zaken et al. 2021)",
                    "bitfit-own",
                    "full-own",
                    false),
            new Claim("(IA)³ reaches LoRA with fewer values (Liu et al. 2022)", "ia3-own", "lora-large", false),
            new Claim(
                    "Prefix tuning reaches full fine-tuning (Li and Liang 2021)",
                    "prefixtuning-own",
                    "full-own",
                    false),
            new Claim("P-tuning beats prompt tuning (Liu et al. 2021)", "ptuning-large", "prompttuning-own", true));

    /**
     * A row of the table of claims, or nothing where one of the two has fewer than three seeds.
     *
     * @param more whether more is better: parts of one, told in points of a hundred
     */
    String row(Map<String, Results> results, String measure, boolean more, String unit) {
        var ours = results.getOrDefault(better, results.get(better.replaceFirst("-own$", "-large")));
        var theirs = results.getOrDefault(than, results.get(than.replaceFirst("-own$", "-large")));
        if (ours == null
                || theirs == null
                || ours.values(measure).size() < 3
                || theirs.values(measure).size() < 3) {
            return "";
        }
        double scale = more ? 100 : -1;
        double gain = scale * (ours.mean(measure) - theirs.mean(measure));
        double noise = Math.abs(scale) * Math.max(ours.spread(measure), theirs.spread(measure));
        String verdict = gain > noise
                ? "holds"
                : gain < -noise
                        ? "does not hold"
                        : strictly ? "not seen: within the spread" : "holds: within the spread";
        return String.format(
                Locale.ROOT,
                "| %s | %s | %+.2f %s ± %.2f | %s |%n",
                text,
                ours.title() + ", " + ours.size() + " / " + theirs.title() + ", " + theirs.size(),
                gain,
                unit,
                noise,
                verdict);
    }
}
