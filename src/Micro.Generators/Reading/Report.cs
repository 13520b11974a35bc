using Microsoft.CodeAnalysis;

namespace Micro.Generators.Reading;

/// <summary>Takes what is wrong with one contract, and remembers whether any of it is an error.</summary>
/// <param name="sink">Who is told; <see langword="null"/> for nobody.</param>
internal sealed class Report(Action<Diagnostic>? sink)
{
    public bool HasErrors { get; private set; }

    public void Add(DiagnosticDescriptor problem, Location place, params object[] arguments) => Add(problem, place, null, arguments);

    /// <param name="problem">What is wrong.</param>
    /// <param name="place">Where.</param>
    /// <param name="hint">What a fix would write, if there is one.</param>
    /// <param name="arguments">Parts of the message.</param>
    public void Add(DiagnosticDescriptor problem, Location place, string? hint, object[] arguments)
    {
        HasErrors |= problem.DefaultSeverity == DiagnosticSeverity.Error;
        sink?.Invoke(Diagnostic.Create(
            problem, place, hint is null ? null : System.Collections.Immutable.ImmutableDictionary<string, string?>.Empty.Add(Problems.Hint, hint), arguments));
    }
}
