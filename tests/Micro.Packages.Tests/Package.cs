using System.IO.Compression;
using System.Xml.Linq;

namespace Micro.Packages.Tests;

/// <summary>An opened package: its files and what its manifest says.</summary>
internal sealed class Package : IDisposable
{
    private readonly ZipArchive _archive;

    private Package(ZipArchive archive)
    {
        _archive = archive;
        using var stream = archive.Entries.Single(entry => entry.FullName.EndsWith(".nuspec", StringComparison.Ordinal)).Open();
        Manifest = XDocument.Load(stream).Root!.Elements().Single();
    }

    /// <summary>The element <c>metadata</c>.</summary>
    public XElement Manifest { get; }

    /// <summary>Without the parts that every package has by its format.</summary>
    public IEnumerable<string> Files => _archive.Entries.Select(entry => entry.FullName)
        .Where(name => !name.EndsWith(".nuspec", StringComparison.Ordinal) && name is not "[Content_Types].xml" && !name.StartsWith("_rels/", StringComparison.Ordinal) && !name.StartsWith("package/", StringComparison.Ordinal));

    /// <summary>As <c>id version</c>.</summary>
    public IEnumerable<string> Dependencies => Elements("dependency").Select(element => $"{element.Attribute("id")!.Value} {element.Attribute("version")!.Value}");

    public IEnumerable<string> Frameworks => Elements("frameworkReference").Select(element => element.Attribute("name")!.Value);

    public static Package Open(string path) => new(ZipFile.OpenRead(path));

    public string? Said(string name) => Elements(name).SingleOrDefault()?.Value;

    public IEnumerable<XElement> Elements(string name) => Manifest.Descendants().Where(element => element.Name.LocalName == name);

    public byte[] Read(string file)
    {
        using var content = new MemoryStream();
        using var stream = (_archive.GetEntry(file) ?? throw new FileNotFoundException($"the package has no {file}", file)).Open();
        stream.CopyTo(content);
        return content.ToArray();
    }

    public string ReadText(string file) => System.Text.Encoding.UTF8.GetString(Read(file));

    public void Dispose() => _archive.Dispose();
}
