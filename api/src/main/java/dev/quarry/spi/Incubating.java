package dev.quarry.spi;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Target;

/** Marks a type that may still change in a minor version. */
@Documented
@Target(ElementType.TYPE)
public @interface Incubating {}
