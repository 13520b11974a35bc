namespace Micro.Registry.Composite;

/// <summary>Combines the errors of several members into one, which callers treat like that of a single registry.</summary>
internal static class MemberFailures
{
    /// <summary>The failures of a round, with the names of the members; empty when nobody failed.</summary>
    public static IReadOnlyList<(string Member, Exception Error)> Of<T>(CompositeContext context, IReadOnlyList<MemberAnswer<T>> answers) =>
        [.. answers
            .Select((answer, index) => (context.Members[index].Name, answer.Error))
            .Where(static failure => failure.Error is not null)
            .Select(static failure => (failure.Name, failure.Error!))];

    /// <summary>
    /// A refusal only when all refused, and a wrong argument only when all say so: anything else may be over soon.
    /// </summary>
    public static Exception Combine(string registry, IReadOnlyList<(string Member, Exception Error)> failures)
    {
        var cause = failures.Count == 1 ? failures[0].Error : new AggregateException(failures.Select(static failure => failure.Error));
        var detail = string.Join("; ", failures.Select(static failure => $"{failure.Member}: {failure.Error.Message}"));
        return failures.All(static failure => failure.Error is ArgumentException) ? failures[0].Error
            : failures.All(static failure => failure.Error is RegistryDeniedException) ? new RegistryDeniedException(registry, detail, cause) { ConflictingAddress = Conflict(failures) }
            : new RegistryUnavailableException(registry, detail, cause) { RetryAfter = RetryAfter(failures) };
    }

    /// <summary>Returns the time until the first member is tried again, when none is before.</summary>
    private static TimeSpan? RetryAfter(IReadOnlyList<(string Member, Exception Error)> failures)
    {
        var pauses = failures.Select(static failure => (failure.Error as RegistryUnavailableException)?.RetryAfter).ToList();
        return pauses.Exists(static pause => pause is null) ? null : pauses.Min();
    }

    /// <summary>Returns the other address of the first conflict among the failures; <see langword="null"/> without one.</summary>
    public static string? Conflict(IReadOnlyList<(string Member, Exception Error)> failures) =>
        failures.Select(static failure => (failure.Error as RegistryDeniedException)?.ConflictingAddress).FirstOrDefault(static other => other is not null);
}
