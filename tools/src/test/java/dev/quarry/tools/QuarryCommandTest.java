package dev.quarry.tools;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.PoolOptions;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuarryCommandTest {
    @TempDir
    Path folder;

    @Test
    void shouldListTheCommandsThatExist() {
        Run run = Run.of("--help");
        assertThat(run.exitCode()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).contains("devices", "replay", "convert", "bench", "powers of 1024", "Exit codes");
        assertThat(run.out()).doesNotContain("analyze", "plan", "simulate");
    }

    @ParameterizedTest
    @ValueSource(strings = {"devices", "replay", "convert", "bench"})
    void shouldExplainEachCommand(String command) {
        Run run = Run.of(command, "--help");
        assertThat(run.exitCode()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).contains("Usage: quarry " + command, "--json");
    }

    @Test
    void shouldListAllPoolOptionsInTheHelpOfReplay() {
        String help = Run.of("replay", "--help").out();
        for (PoolOptions.Description option : PoolOptions.describe()) {
            assertThat(help).contains(option.key() + "=" + option.defaultValue());
        }
    }

    @Test
    void shouldAskForACommand() {
        Run run = Run.of();
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains("which command?", "quarry --help");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "device | Did you mean: quarry devices?",
                "plan x | Unmatched argument",
                "devices --foo | Unknown option: '--foo'",
                "replay | Missing required parameter: 'TRACE'",
                "replay T --report x.html | Unknown option: '--report'",
                "replay T --engine planned | \"planned\" (expected one of [pool, driver, arena])",
                "replay T --engine POOL | \"POOL\" (expected one of [pool, driver, arena])",
                "replay T --events never | \"never\" (expected one of [immediate, lazy])",
                "replay T --total 5XB | not a size: \"5XB\"",
                "replay T --total 0 | --total: totalBytes = 0",
                "replay T --device nope | no device \"nope\"",
                "replay T --device sim:7 | no device \"sim:7\"",
                "replay T --device nope --engine driver | no plugin \"nope\"",
                "replay T --device sim:7 --engine driver | no device \"sim:7\"",
                "replay T --kind nope | no memory of kind \"nope\"",
                "replay T --kind nope --engine driver | no memory of kind \"nope\"",
                "replay T --engine arena --device sim | --engine arena implies --device cpu:0",
                "replay T --engine arena --kind device | memory of kind host alone",
                "replay T --engine arena --option limit=1G | --option needs --engine pool",
                "replay T --device cpu:0 --total 1G | --total is the size of the simulated device",
                "replay T --device cpu:0 --events lazy | --events speaks of the simulated device",
                "replay T --device cpu:0 --no-vmm | --no-vmm speaks of the simulated device",
                "replay T --option limit | KEY=VALUE",
                "replay T --option foo=1 | unknown option \"foo\" (known: limit,",
                "replay T --option limit=much | bad value \"much\" for limit",
                "replay T --repeat -1 | --repeat = -1 (expected: at least 0)",
                "replay T --repeat x | 'x' is not an int",
                "replay T --threads 0 | --threads = 0 (expected: at least 1)",
                "replay nowhere.csv | nowhere.csv: no such file",
                "replay . | .: is a directory, not a trace file",
                "convert T | Missing required",
                "convert T OUT --to pickle | \"pickle\" (expected one of [quarry, rmm, lifetimes])",
                "bench --repeat 0 | --repeat = 0 (expected: from 1 to 3600)",
                "bench --json pair | the benchmarks are not on this command's path",
                "convert nowhere.csv OUT --to rmm | nowhere.csv: no such file",
            })
    void shouldRefuseWrongUsage(String line, String message) {
        Path trace = Run.file(folder, "tiny.csv", Run.TINY);
        String[] words = line.split(" ");
        for (int i = 0; i < words.length; i++) {
            words[i] = words[i].equals("T") ? trace.toString() : words[i];
        }
        Run run = Run.of((Object[]) words);
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).startsWith("quarry: ").contains(message).doesNotContain("\tat ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"replay", "convert"})
    void shouldNameThePlaceInMalformedInput(String command) {
        Path trace = Run.file(folder, "bad.csv", "op,id,size,stream\na,1,10,0\na,2,-3,0\n");
        Path out = folder.resolve("out.csv");
        Run run = command.equals("replay") ? Run.of("replay", trace) : Run.of("convert", trace, out, "--to", "rmm");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).startsWith("quarry: " + trace + ":3:5: size is \"-3\" (expected: ");
        assertThat(out).doesNotExist();
    }
}
