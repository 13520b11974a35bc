using Micro.Contracts;

// Run by build/Micro.Contracts.targets with one argument: a file with a line for each .proto file.
if (args is not [var list])
{
    await Console.Error.WriteLineAsync("usage: Micro.Contracts <file with lines of descriptor set|proto file|output|access|services>");
    return 2;
}

var problems = 0;
foreach (var line in await File.ReadAllLinesAsync(list))
{
    if (line.Length == 0)
    {
        continue;
    }

    foreach (var problem in await Compilation.Parse(line).RunAsync())
    {
        problems++;
        await Console.Error.WriteLineAsync(problem.ToString());
    }
}

return problems == 0 ? 0 : 1;
