package dev.quarry.tools;

import java.util.Arrays;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A reader of one of several words on the command line, which are the texts of an enum's constants. */
final class WordConverter<E extends Enum<E>> implements ITypeConverter<E> {
    private final List<E> words;

    private WordConverter(List<E> words) {
        this.words = words;
    }

    /** Lets a command and its subcommands read this enum's words. */
    static <E extends Enum<E>> void register(CommandLine line, Class<E> type) {
        line.registerConverter(type, new WordConverter<>(Arrays.asList(type.getEnumConstants())));
    }

    @Override
    public E convert(String value) {
        return words.stream()
                .filter(word -> word.toString().equals(value))
                .findFirst()
                .orElseThrow(() -> new TypeConversionException("\"" + value + "\" (expected one of " + words + ")"));
    }
}
