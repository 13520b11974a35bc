using Microsoft.CodeAnalysis;

namespace Micro.Generators.Reading;

/// <summary>Collects the problems of one contract, and records whether any of them is an error.</summary>
/// <param name="sink">The receiver of diagnostics; <see langword="null"/> for none.</param>
internal sealed class Report(Action<Diagnostic>? sink)
{
    public bool HasErrors { get; private set; }

    public void Add(DiagnosticDescriptor problem, Location place, params object[] arguments) => Add(problem, place, null, arguments);

    /// <param name="problem">The problem.</param>
    /// <param name="place">The location.</param>
    /// <param name="hint">The text for a fix, if there is one.</param>
    /// <param name="arguments">Parts of the message.</param>
    public void Add(DiagnosticDescriptor problem, Location place, string? hint, object[] arguments)
    {
        HasErrors |= problem.DefaultSeverity == DiagnosticSeverity.Error;
        sink?.Invoke(Diagnostic.Create(
            problem, place, hint is null ? null : System.Collections.Immutable.ImmutableDictionary<string, string?>.Empty.Add(Problems.Hint, hint), arguments));
    }
}
