namespace Micro.Contracts.Writing;

/// <summary>Documentation comments.</summary>
internal static class Documentation
{
    /// <summary>Writes the comment of the <c>.proto</c> file, or else a sentence of ours.</summary>
    public static void Summary(this CodeWriter writer, IReadOnlyList<string> comment, string otherwise)
    {
        if (comment.Count <= 1)
        {
            writer.Line($"/// <summary>{(comment.Count == 0 ? otherwise : Escape(comment[0]))}</summary>");
            return;
        }

        writer.Line("/// <summary>");
        foreach (var line in comment)
        {
            writer.Line(line.Length == 0 ? "///" : $"/// {Escape(line)}");
        }

        writer.Line("/// </summary>");
    }

    public static void Parameter(this CodeWriter writer, string name, string text) => writer.Line($"/// <param name=\"{name}\">{text}</param>");

    public static void Returns(this CodeWriter writer, string text) => writer.Line($"/// <returns>{text}</returns>");

    public static void Throws(this CodeWriter writer, string type, string text) => writer.Line($"/// <exception cref=\"{type}\">{text}</exception>");

    private static string Escape(string text) =>
        text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);
}
