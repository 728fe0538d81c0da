package dev.tenon.text.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Templates are data (promise 29): whatever they try, they end in text or in an error that names a line. */
class TemplateLimitsTest {
    private static final ZonedDateTime NOW = ZonedDateTime.of(2026, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC);

    private static String run(String source) {
        return Template.parse(source, Limits.STANDARD)
                .render(Map.of("m", Template.value(Map.of("a", List.of(1, 2)), Text::literal)), NOW)
                .value();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %} ; steps",
                "{% for a in range(1000000000) %}x{% endfor %} ; list",
                "{% set ns = namespace(s='xxxxxxxx') %}{% for i in range(99) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %} ; characters",
                "{% set ns = namespace(s=[1]) %}{% for i in range(99) %}{% set ns.s = ns.s + ns.s %}{% endfor %} ; list",
                "{{ 'x' * 999999999999 }} ; characters",
                "{{ [1] * 999999999999 }} ; list",
                "{{ 'aaaaaaaaaa' | replace('a', 'b' * 1000000) }} ; characters",
                "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }} ; deeper",
                "{% set ns = namespace(l=[]) %}{% for i in range(9000) %}{% set ns.l = [ns.l] %}{% endfor %}{{ ns.l }} ; deeper",
                "{% set ns = namespace(l=[1]) %}{% for i in range(60) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l == ns.l + [1] }}{{ ns.l | tojson }} ; steps",
                "{{ ('ab' * 1000000) is in ('ab' * 3000000 ~ 'c') and ('ab' * 1000000 ~ 'x') in ('ab' * 3000000) }} ; steps",
                "{{ {[1]: 2} }} ; key",
                "{{ 2 ** 99 }} ; large",
                "{{ 9223372036854775807 + 1 }} ; large",
            })
    void limitsHold(String source, String reason) {
        assertThatThrownBy(() -> run(source))
                .isInstanceOf(TemplateException.class)
                .hasMessageContaining("line 1")
                .hasMessageContaining(reason);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "{{ m.getClass() }}",
                "{{ ''.__class__ }}",
                "{{ ''.__class__.__mro__ }}",
                "{{ ''.class.forName('java.lang.Runtime') }}",
                "{{ m.__init__.__globals__ }}",
                "{{ namespace.__init__ }}",
                "{{ cycler.__init__.__globals__.os.popen('id') }}",
                "{{ T(java.lang.Runtime).getRuntime() }}",
                "{{ ''.attr('x') }}",
                "{{ m|attr('getClass') }}",
                "{% include '/etc/passwd' %}",
                "{% import 'os' as o %}",
                "{% extends 'x' %}",
                "{{ ''.format_map(m) }}",
            })
    void nothingBehindTheValuesCanBeReached(String source) {
        String text;
        try {
            text = run(source);
        } catch (TemplateException refused) {
            return;
        }
        assertThat(text).isEmpty();
    }

    @Test
    void deepNestingIsAnErrorNotAStackOverflow() {
        for (var source : List.of(
                "{{ " + "(".repeat(50_000) + "1" + ")".repeat(50_000) + " }}",
                "{{ " + "[".repeat(50_000) + "]".repeat(50_000) + " }}",
                "{{ " + "not ".repeat(50_000) + "1 }}",
                "{{ " + "-".repeat(50_000) + "1 }}",
                "{{ 1" + " + 1".repeat(50_000) + " }}",
                "{{ m" + ".a".repeat(50_000) + " }}",
                "{{ m" + "|list".repeat(50_000) + " }}",
                "{% if 1 %}".repeat(20_000) + "{% endif %}".repeat(20_000))) {
            assertThatThrownBy(() -> run(source)).isInstanceOf(TemplateException.class);
        }
        assertThatThrownBy(() -> run("x".repeat(600_000))).hasMessageContaining("longer than");
    }

    @Test
    void errorsNameTheirLine() {
        assertThatThrownBy(() -> run("a\n{# c\nc #}\n{% set x = 1 %}\n{{ x.y.z }}"))
                .hasMessageStartingWith("line 5:");
        assertThatThrownBy(() -> run("a\n\n{{ 'x' |\n nofilter }}")).hasMessageStartingWith("line 3:");
        assertThatThrownBy(() -> run("a\n{% if 1 %}\nb")).hasMessageStartingWith("line 2:");
    }

    /** Random programs from the grammar's words and random damage to them: only text or TemplateException comes out. */
    @Test
    void randomTemplatesEndProperly() {
        long seed = System.nanoTime();
        System.out.println("TemplateLimitsTest seed " + seed);
        var random = new Random(seed);
        var words = List.of(
                "{{",
                "}}",
                "{%",
                "%}",
                "{#",
                "#}",
                "-",
                "if",
                "endif",
                "for",
                "in",
                "endfor",
                "set",
                "x",
                "m",
                "m.a",
                "=",
                "loop",
                "(",
                ")",
                "[",
                "]",
                "{",
                "}",
                ":",
                ",",
                "|",
                "tojson",
                "join",
                "is",
                "not",
                "defined",
                "'s'",
                "1",
                "2.5",
                "~",
                "+",
                "*",
                "**",
                "%",
                "else",
                "elif",
                "macro",
                "endmacro",
                "range(3)",
                "text\n",
                "raw",
                "endraw",
                "namespace()",
                ".",
                "\"",
                "\\",
                "é😀");
        int limited = 0;
        for (int i = 0; i < 20_000; i++) {
            var source = new StringBuilder();
            int length = 1 + random.nextInt(40);
            for (int w = 0; w < length; w++) {
                source.append(words.get(random.nextInt(words.size()))).append(random.nextBoolean() ? " " : "");
            }
            try {
                run(source.toString());
            } catch (TemplateException expected) {
                assertThat(expected.line()).isPositive();
                limited++;
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed %d, template: %s".formatted(seed, source), e);
            }
        }
        assertThat(limited).isPositive();
    }
}
