namespace Micro.Registry;

/// <summary>Makes one error of those of several members, so that callers treat it like that of a single registry.</summary>
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
            : failures.All(static failure => failure.Error is RegistryDeniedException) ? new RegistryDeniedException(registry, detail, cause)
            : new RegistryUnavailableException(registry, detail, cause);
    }
}
