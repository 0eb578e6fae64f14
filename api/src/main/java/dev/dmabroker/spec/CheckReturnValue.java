package dev.dmabroker.spec;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A mark of methods whose result has to be used, as the call does nothing else: a {@code
 * toBuilder()} or a {@code build()} that is dropped changes nothing. On a type it is for all
 * methods of the type. Error Prone and other checkers know an annotation of this name whatever its
 * package.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface CheckReturnValue {}
