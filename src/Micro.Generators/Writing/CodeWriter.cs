using System.Text;

namespace Micro.Generators.Writing;

/// <summary>Text with blocks and indentation; lines end with LF everywhere.</summary>
internal sealed class CodeWriter
{
    private readonly StringBuilder _text = new();
    private int _depth;

    public void Line(string line = "")
    {
        if (line.Length > 0)
        {
            _text.Append(' ', _depth * 4).Append(line);
        }

        _text.Append('\n');
    }

    /// <summary>Writes a continuation line.</summary>
    public void More(string line)
    {
        _depth++;
        Line(line);
        _depth--;
    }

    /// <summary>Writes a header, unless it is written already, and what follows in braces.</summary>
    public void Block(string? header, Action content)
    {
        if (header is not null)
        {
            Line(header);
        }

        Line("{");
        _depth++;
        content();
        _depth--;
        Line("}");
    }

    public override string ToString() => _text.ToString();
}
