using Weir.Engine.Identity;

namespace Weir.Controller.Hosting;

/// <summary>Who a controller is among several: an id in its data folder, made at its first start.</summary>
internal static class ControllerIdFile
{
    public static string Ensure(string folder, ControllerOptions options)
    {
        var path = Path.Combine(folder, "controller.id");
        if (File.Exists(path) && File.ReadAllText(path).Trim() is var known
            && IdSource.IsWellFormed(known))
            return known;
        var made = new IdSource(options.Time, options.Random).Next();
        File.WriteAllText(path, made + "\n");
        return made;
    }
}
