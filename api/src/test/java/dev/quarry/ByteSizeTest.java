package dev.quarry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Locale;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteSizeTest {
    @ParameterizedTest
    @CsvSource({"K, 10", "M, 20", "G, 30", "T, 40", "P, 50", "E, 60"})
    void shouldReadPowerOf1024WhenUnitIsSpelledAnyWay(String letter, int log2) {
        String lower = letter.toLowerCase(Locale.ROOT);
        for (String unit : new String[] {
            letter, lower, letter + "B", lower + "b", lower + "B", letter + "iB", lower + "ib", letter + "IB"
        }) {
            assertThat(ByteSize.parse("3" + unit)).as(unit).isEqualTo(3L << log2);
            assertThat(ByteSize.parse("3 " + unit)).as(unit).isEqualTo(3L << log2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"4096", "4096b", "4096B", "4096 B", "  4096  ", "04096"})
    void shouldReadBytesWhenThereIsNoPrefix(String text) {
        assertThat(ByteSize.parse(text)).isEqualTo(4096);
    }

    @Test
    void shouldReadZeroWhenTextIsZero() {
        assertThat(ByteSize.parse("0")).isZero();
        assertThat(ByteSize.parse("0GiB")).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "1.5k, 1536",
        "1.5 GiB, 1610612736",
        ".5M, 524288",
        "2.k, 2048",
        "2.0, 2",
        "0.0, 0",
        "1.0001k, 1024",
        "0.25EiB, 288230376151711744"
    })
    void shouldRoundToNearestByteWhenNumberIsFraction(String text, long bytes) {
        assertThat(ByteSize.parse(text)).isEqualTo(bytes);
    }

    @Test
    void shouldReadLargestValuesWhenTheyJustFit() {
        assertThat(ByteSize.parse("9223372036854775807")).isEqualTo(Long.MAX_VALUE);
        assertThat(ByteSize.parse("8191PiB")).isEqualTo(8191L << 50);
        assertThat(ByteSize.parse("7.5EiB")).isEqualTo(15L << 59);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"9223372036854775808", "8EiB", "8192P", "8.0E", "9007199254740992k", "99999999999999999999.5"})
    void shouldRefuseWhenSizeDoesNotFitLong(String text) {
        assertRefused(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "-1",
                "-1.5k",
                "+1",
                "k",
                "KiB",
                ".",
                ".k",
                "1..5k",
                "1.2.3",
                "1x",
                "1kk",
                "1kiBs",
                "1 k B",
                "1bi",
                "1iB",
                "1bb",
                "0x10",
                "1e3",
                "1_000",
                "1,5k",
                "Infinity",
                "NaN",
                "four"
            })
    void shouldRefuseWhenTextIsNoSize(String text) {
        assertRefused(text);
    }

    @Test
    void shouldMultiplyExactlyWhenUnitIsNamed() {
        assertThat(ByteSize.kib(3)).isEqualTo(3072);
        assertThat(ByteSize.mib(3)).isEqualTo(3_145_728);
        assertThat(ByteSize.gib(3)).isEqualTo(3_221_225_472L);
        assertThat(ByteSize.gib(-1)).isEqualTo(-1_073_741_824L);
    }

    @Test
    void shouldThrowWhenNamedUnitOverflows() {
        assertThatExceptionOfType(ArithmeticException.class).isThrownBy(() -> ByteSize.kib(1L << 53));
        assertThatExceptionOfType(ArithmeticException.class).isThrownBy(() -> ByteSize.mib(1L << 43));
        assertThatExceptionOfType(ArithmeticException.class).isThrownBy(() -> ByteSize.gib(1L << 33));
        assertThat(ByteSize.gib((1L << 33) - 1)).isEqualTo(((1L << 33) - 1) << 30);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0 B",
        "1, 1 B",
        "1023, 1023 B",
        "1024, 1.00 KiB",
        "1536, 1.50 KiB",
        "1048575, 1.00 MiB",
        "1048576, 1.00 MiB",
        "1073741823, 1.00 GiB",
        "1610612736, 1.50 GiB",
        "1099511627776, 1.00 TiB",
        "1125899906842624, 1.00 PiB",
        "1152921504606846976, 1.00 EiB",
        "9223372036854775807, 8.00 EiB",
        "-1, -1 B",
        "-2048, -2.00 KiB",
        "-9223372036854775807, -8.00 EiB",
        "-9223372036854775808, -8.00 EiB"
    })
    void shouldWriteTwoDecimalsWhenSizeIsAtLeastOneKib(long bytes, String text) {
        assertThat(ByteSize.format(bytes)).isEqualTo(text);
    }

    @Test
    void shouldWriteDecimalPointWhenDefaultLocaleHasComma() {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.GERMANY);
        try {
            assertThat(ByteSize.format(1536)).isEqualTo("1.50 KiB");
        } finally {
            Locale.setDefault(before);
        }
    }

    @Property
    void shouldReadWhatWasWrittenWhenRoundedToTwoDecimals(@ForAll @LongRange(max = 1L << 60) long bytes) {
        assertThat((double) ByteSize.parse(ByteSize.format(bytes)))
                .isCloseTo((double) bytes, within(0.005 * 1024 + bytes * 0.006));
    }

    @Property
    void shouldReadSameNumberWhenItIsWrittenPlainly(@ForAll @LongRange long bytes) {
        assertThat(ByteSize.parse(Long.toString(bytes))).isEqualTo(bytes);
    }

    private static void assertRefused(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ByteSize.parse(text))
                .withMessageContaining("\"" + text + "\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.1", "0.5", "1.5", "2.5 B", "0.0001k"})
    void shouldRefuseWhenSizeIsFractionOfByte(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ByteSize.parse(text))
                .withMessage("not a size: \"" + text + "\" (a fraction of a byte)");
    }
}
