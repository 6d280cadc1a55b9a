/** Letters that do not come apart into a base and an accent. */
const PLAIN: Record<string, string> = { ø: "o", ö: "oe", ä: "ae", ü: "ue", ß: "ss" };

/** First and family names as people of a region may have them; a family name does not say where somebody lives. */
export const NAMES = {
  english: {
    first: words(
      "Ada Amelia Ava Benjamin Caleb Charlotte Chloe Daniel Eleanor Elijah Emma Ethan Evelyn Grace Hannah Harper Henry Isaac Jack James Josephine Julian Lily Lucas Mason Maya Naomi Noah Nora Oliver Owen Ruby Samuel Sadie Theodore Thomas Violet William Zoe Aaliyah Darnell Imani Jamal Keisha Malik",
    ),
    last: words(
      "Abbott Baker Bennett Brooks Carter Chandler Clarke Cooper Davies Dawson Ellis Fisher Foster Graham Hayes Hughes Jenkins Johnson Kelly Lawson Marsh Miller Morgan Murray Nelson Parker Pearce Reed Rowe Shaw Taylor Thornton Turner Walker Ward Washington West Whitaker Wood Young",
    ),
  },
  spanish: {
    first: words(
      "Alejandro Andrés Camila Carmen Daniela Diego Elena Fernanda Gabriel Inés Javier José Lucía Luis Marisol Mateo Paula Rafael Sofía Valentina",
    ),
    last: words(
      "Álvarez Castillo Delgado Flores García Gutiérrez Herrera Jiménez López Martínez Mendoza Morales Núñez Ortega Ramírez Reyes Rojas Ruiz Santos Vargas",
    ),
  },
  french: {
    first: words(
      "Adèle Amélie Antoine Baptiste Camille Céline Élise Étienne Gaspard Hugo Inès Jules Léa Louis Manon Margaux Mathilde Noé Théo Zoé",
    ),
    last: words(
      "Bernard Bonnet Chevalier Durand Faure Fontaine Gagnon Girard Lambert Laurent Lefèvre Leroy Moreau Perrin Renaud Rousseau Roy Tremblay Vidal Vincent",
    ),
  },
  german: {
    first: words("Anja Anneliese Björn Emil Felix Greta Hannes Ida Jonas Jürgen Katrin Lena Leon Lukas Mia Moritz Paul Sabine Stefan Ute"),
    last: words(
      "Bauer Becker Fischer Hoffmann Keller Koch König Krüger Lang Meyer Müller Neumann Richter Schäfer Schmidt Schneider Schulz Vogel Weber Winkler",
    ),
  },
  nordic: {
    first: words(
      "Aksel Anders Astrid Birgitta Ebba Eirik Elin Erik Freja Frida Gustav Ingrid Johan Karin Lars Linnea Maja Oskar Sigrid Søren",
    ),
    last: words(
      "Ahlgren Andersen Berg Bergström Dahl Eriksson Hansen Holm Jansson Johansen Karlsson Larsen Lindqvist Lund Nilsen Nyström Öberg Sjögren Sørensen Strand",
    ),
  },
  southAsian: {
    first: words(
      "Aarav Aditi Ananya Arjun Ayesha Deepa Farhan Fatima Imran Ishaan Kavya Meera Nikhil Priya Rahul Rohan Sana Saanvi Vikram Zara",
    ),
    last: words("Agarwal Ahmed Bose Chaudhry Das Desai Hussain Iyer Kapoor Khan Kumar Mehta Nair Patel Rao Reddy Shah Sharma Singh Verma"),
  },
  eastAsian: {
    first: words("Aiko Akira Chen Daichi Emi Haruka Hiroshi Hui Jia Jin Kenji Li Mei Min Naoki Ren Sakura Soo-ah Wei Yuki"),
    last: words("Chang Chen Fujita Han Ito Kim Kobayashi Lee Lin Liu Mori Nakamura Nguyen Park Sato Suzuki Tanaka Tran Wang Yamamoto"),
  },
  african: {
    first: words(
      "Abena Adaeze Amara Ayodele Chidi Chinwe Efua Folake Ifeoma Kofi Kwame Lerato Mariam Ngozi Nia Olumide Sipho Tariq Thandiwe Yaw",
    ),
    last: words(
      "Abebe Adeyemi Afolabi Agyeman Bello Boateng Diallo Dlamini Eze Mbeki Mensah Mwangi Ndlovu Nkosi Obi Okafor Okonkwo Osei Owusu Traoré",
    ),
  },
} as const satisfies Record<string, { first: Words; last: Words }>;

export type Region = keyof typeof NAMES;
export const REGIONS = [
  "english",
  "spanish",
  "french",
  "german",
  "nordic",
  "southAsian",
  "eastAsian",
  "african",
] as const satisfies Region[];

type Words = readonly [Word, ...Word[]];

/** A name with its form in an address: small ASCII letters. */
export interface Word {
  text: string;
  ascii: string;
}

function words(list: string): Words {
  const [first = word("Ada"), ...rest] = list.split(" ").map(word);
  return [first, ...rest];
}

function word(text: string): Word {
  const small = text.toLowerCase().replace(/[øöäüß]/g, (letter) => PLAIN[letter] ?? "");
  return { text, ascii: small.normalize("NFD").replace(/[^a-z]/g, "") };
}
