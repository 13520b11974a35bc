namespace Micro.Hosting;

/// <summary>The one place that prints: help, version, and one line when nothing can be started.</summary>
internal static class ConsoleOutput
{
#pragma warning disable RS0030 // A command line answers on the console; everything else logs
    public static void Print(string text) => Console.Out.WriteLine(text);

    /// <summary>Prints one line, whatever the text holds.</summary>
    public static void PrintError(string text) => Console.Error.WriteLine(text.ReplaceLineEndings(" "));
#pragma warning restore RS0030
}
