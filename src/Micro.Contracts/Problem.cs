namespace Micro.Contracts;

/// <summary>What is wrong with a <c>.proto</c> file. Its text has the form in which MSBuild finds file and line.</summary>
internal sealed record Problem(string File, int Line, int Column, string Code, string Message)
{
    public override string ToString() => $"{File}({Line},{Column}): error {Code}: {Message}";
}
