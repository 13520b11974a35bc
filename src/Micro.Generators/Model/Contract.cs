namespace Micro.Generators.Model;

/// <summary>A contract for the writers: text only, so that unchanged interfaces are equal.</summary>
/// <param name="FileName">Name of the generated file, unique in the compilation.</param>
/// <param name="Namespace">Its namespace; empty for none.</param>
/// <param name="Outer">Headers of the types around it, outermost first.</param>
/// <param name="Accessibility">The C# keywords.</param>
/// <param name="Interface">Full name of the interface.</param>
/// <param name="TypePrefix">Prefix of the names of generated types.</param>
/// <param name="Name">First part of the endpoints' names.</param>
/// <param name="Service">Name of the service in the registry.</param>
/// <param name="JsonContext">Full name of the <c>JsonSerializerContext</c>, if there is one.</param>
/// <param name="HasService"><see langword="true"/> when the package Micro is referenced, not only Micro.Core.</param>
/// <param name="Obsolete">The attribute that warns callers, if there is one.</param>
/// <param name="Methods">Its endpoints.</param>
internal sealed record Contract(
    string FileName,
    string Namespace,
    EquatableArray<string> Outer,
    string Accessibility,
    string Interface,
    string TypePrefix,
    string Name,
    string Service,
    string? JsonContext,
    bool HasService,
    string? Obsolete,
    EquatableArray<ContractMethod> Methods)
{
    public string Client => $"{TypePrefix}Client";

    public string Companion => $"{TypePrefix}Contract";

    /// <summary>Full name of the companion, which no member of the client hides.</summary>
    public string FullCompanion => $"{Interface.Substring(0, Interface.LastIndexOfAny(['.', ':']) + 1)}{Companion}";
}
