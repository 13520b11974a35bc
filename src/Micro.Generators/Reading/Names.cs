namespace Micro.Generators.Reading;

/// <summary>Names of endpoints, by the rules of the server.</summary>
internal static class Names
{
    private const string Suffix = "Async";
    private const int MaxEndpoint = 256;

    /// <summary>Removes the leading <c>I</c> of interfaces.</summary>
    public static string WithoutPrefix(string face) =>
        face.Length > 1 && face[0] == 'I' && char.IsUpper(face[1]) ? face.Substring(1) : face;

    public static string WithoutSuffix(string method) =>
        method.Length > Suffix.Length && method.EndsWith(Suffix, StringComparison.Ordinal) ? method.Substring(0, method.Length - Suffix.Length) : method;

    public static bool IsPart(string name) => name.Length > 0 && name.All(static letter => char.IsLetterOrDigit(letter) || letter is '_' or '-');

    public static bool IsEndpoint(string contract, string method) => IsPart(contract) && IsPart(method) && contract.Length + 1 + method.Length <= MaxEndpoint;
}
